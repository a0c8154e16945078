import { objectKeys, type ObjectStore } from '@hepastage/platform';
import type { JobName } from '../job-stores.ts';
import { requestBytes } from './has-request.ts';

/** In the place of a request.json. To all who look for one there is none. It goes with the job's folder. */
const nothing = Buffer.alloc(0);

/** From now on `createRequest` refuses the job, whoever is at it. False: it has been accepted. */
export async function ruleOutRequest(job: JobName, store: ObjectStore): Promise<boolean> {
  for (;;) {
    if (await store.create(objectKeys.request(job.tenant, job.jobId), nothing)) return true;
    const bytes = await requestBytes(store, job);
    // Else its folder was erased between the two.
    if (bytes !== undefined) return bytes === 0;
  }
}
