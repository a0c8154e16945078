import type { ObjectStore } from '@hepastage/platform';
import type { JobName } from '../job-stores.ts';
import { readRequestBytes } from './read-request.ts';

/** Whether a job was accepted and not erased since: its request.json is in the store. */
export async function hasRequest(store: ObjectStore, job: JobName): Promise<boolean> {
  return ((await readRequestBytes(store, job))?.length ?? 0) > 0;
}
