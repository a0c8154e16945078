import { objectKeys, type ObjectStore } from '@hepastage/platform';
import type { JobName } from '../job-stores.ts';

/** Whether a job was accepted and not erased since: its request.json is in the store. */
export async function hasRequest(store: ObjectStore, job: JobName): Promise<boolean> {
  return ((await requestBytes(store, job)) ?? 0) > 0;
}

/** Of its request.json; 0 where the job was ruled out; undefined where it is neither accepted nor ruled out. */
export async function requestBytes(
  store: ObjectStore,
  { tenant, jobId }: JobName,
): Promise<number | undefined> {
  const request = objectKeys.request(tenant, jobId);
  for await (const { key, bytes } of store.list(request)) if (key === request) return bytes;
  return undefined;
}
