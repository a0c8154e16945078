import { objectKeys, type ObjectStore } from '@hepastage/platform';
import type { JobName } from '../job-stores.ts';

/** Whether a job was accepted and not erased since: its request.json is in the store. */
export async function hasRequest(store: ObjectStore, { tenant, jobId }: JobName): Promise<boolean> {
  const request = objectKeys.request(tenant, jobId);
  for await (const { key } of store.list(request)) if (key === request) return true;
  return false;
}
