import { AuditLog } from '@hepastage/access';
import type { ErasingDeps } from '@hepastage/jobs';
import { openArrivals, openStatusStore, openStudyQueue } from '@hepastage/platform';
import { NoticeQueue } from '@hepastage/webhooks';
import { operatorConfig } from './operator-config.ts';
import { withStore } from './with-store.ts';

/** All places that know of the jobs of a service. */
export interface ServiceStores extends ErasingDeps {
  readonly notices: NoticeQueue;
}

/** Those of the service that the environment names, as it does for the service itself. Throws INVALID_CONFIG, QUEUE_UNAVAILABLE. */
export async function withService<T>(use: (stores: ServiceStores) => Promise<T>): Promise<T> {
  return withStore(async (store) => {
    await using opened = new AsyncDisposableStack();
    const config = operatorConfig();
    const status = opened.adopt(await openStatusStore(config), async (it) => it.close());
    const queue = opened.adopt(await openStudyQueue(config), async (it) => it.close());
    const notices = opened.adopt(await NoticeQueue.open(config), async (it) => it.close());
    const arrivals = opened.adopt(await openArrivals(config), async (it) => it.shutDown());
    const forget = async ({ jobId }: { jobId: string }) => notices.remove(jobId);
    return await use({ store, status, queue, arrivals, notices, audit: new AuditLog(store), forget });
  });
}
