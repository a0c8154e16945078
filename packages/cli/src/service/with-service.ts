import { AuditLog } from '@hepastage/access';
import type { ErasingDeps } from '@hepastage/jobs';
import {
  type Arrivals,
  createLogger,
  openArrivals,
  openObjectStore,
  openStatusStore,
  openStudyQueue,
  parseConfig,
  sharedSettings,
  studySettings,
} from '@hepastage/platform';
import { NoticeQueue } from '@hepastage/webhooks';
import { Type } from 'typebox';

/** The stores of the service that the environment names, as it does for the service itself. */
export interface ServiceStores extends ErasingDeps {
  readonly arrivals: Arrivals;
  readonly notices: NoticeQueue;
}

/** Most of the index of a DICOM study, bytes: as the API's default. */
const indexBytesMax = 64 * 2 ** 20;

/** What an operator's commands read from the environment. Throws INVALID_CONFIG. */
export function operatorConfig() {
  const settings = Type.Object({ ...sharedSettings, filesMax: studySettings.filesMax });
  return { ...parseConfig(settings, process.env), indexBytesMax };
}

/** Opens them, and closes them again. Throws INVALID_CONFIG, QUEUE_UNAVAILABLE. */
export async function withService<T>(use: (stores: ServiceStores) => Promise<T>): Promise<T> {
  await using opened = new AsyncDisposableStack();
  const config = operatorConfig();
  const redis = { ...config, patience: 'fail-fast', logger: createLogger('cli', 'silent') } as const;
  const store = opened.adopt(openObjectStore(config), async (it) => it.close());
  const status = opened.adopt(await openStatusStore(redis), async (it) => it.close());
  const queue = opened.adopt(await openStudyQueue(redis), async (it) => it.close());
  const notices = opened.adopt(await NoticeQueue.open(redis), async (it) => it.close());
  // Quiet periods are the API's business: no alarm is set here.
  const arrivals = opened.adopt(await openArrivals({ ...redis, quietMs: 0 }), async (it) => it.shutDown());
  const forget = async ({ jobId }: { jobId: string }) => notices.remove(jobId);
  return await use({ store, status, queue, arrivals, notices, audit: new AuditLog(store), forget });
}
