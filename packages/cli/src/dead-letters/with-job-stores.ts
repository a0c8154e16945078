import { AuditLog } from '@hepastage/access';
import type { ReplayDeps } from '@hepastage/jobs';
import {
  createLogger,
  openObjectStore,
  openStatusStore,
  openStudyQueue,
  parseConfig,
  sharedSettings,
} from '@hepastage/platform';
import { Type } from 'typebox';

/** What the service that the environment names, as it does for the service itself, knows of its jobs. Throws INVALID_CONFIG, QUEUE_UNAVAILABLE. */
export async function withJobStores<T>(use: (stores: ReplayDeps) => Promise<T>): Promise<T> {
  await using opened = new AsyncDisposableStack();
  const config = parseConfig(Type.Object(sharedSettings), process.env);
  const redis = { ...config, patience: 'fail-fast', logger: createLogger('cli', 'silent') } as const;
  const store = opened.adopt(openObjectStore(config), async (it) => it.close());
  const status = opened.adopt(await openStatusStore(redis), async (it) => it.close());
  const queue = opened.adopt(await openStudyQueue(redis), async (it) => it.close());
  return await use({ store, status, queue, audit: new AuditLog(store) });
}
