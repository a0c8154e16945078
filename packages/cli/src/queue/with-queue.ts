import { openStatusStore, QueueInspector, type StatusStore } from '@hepastage/platform';
import { operatorConfig } from '../service/operator-config.ts';

/** The Redis side of a service. */
export interface QueueParts {
  readonly inspector: QueueInspector;
  readonly status: StatusStore;
}

/** Those of the service that the environment names; its object store is not asked. Throws INVALID_CONFIG, QUEUE_UNAVAILABLE. */
export async function withQueue<T>(use: (parts: QueueParts) => Promise<T>): Promise<T> {
  await using opened = new AsyncDisposableStack();
  const config = operatorConfig();
  const inspector = opened.adopt(await QueueInspector.open(config), async (it) => it.close());
  const status = opened.adopt(await openStatusStore(config), async (it) => it.close());
  return await use({ inspector, status });
}
