import { setTimeout as delay } from 'node:timers/promises';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { JobName } from '../job-stores.ts';
import { readRequestBytes } from './read-request.ts';

/** In the place of a request.json. To all who look for one there is none. It goes with the job's folder. */
const nothing = Buffer.alloc(0);

/** How often it is tried where the store says that something is there, and then that it is not: it was erased between the two. */
const triesMax = 5;
/** Between two tries, ms. */
const pauseMs = 100;

/** From now on `createRequest` refuses the job, whoever is at it. False: it has been accepted. Throws STORE_UNAVAILABLE. */
export async function ruleOutRequest(job: JobName, store: ObjectStore): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    if (await store.create(objectKeys.request(job.tenant, job.jobId), nothing)) return true;
    const present = await readRequestBytes(store, job);
    if (present !== undefined) return present.length === 0;
    if (tries === triesMax) throw undecided();
    await delay(pauseMs);
  }
}

function undecided(): HepastageError {
  return new HepastageError(ErrorCode.STORE_UNAVAILABLE, {
    what: 'the object store contradicts itself: a request.json is there, and is not',
  });
}
