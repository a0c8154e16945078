import { hasArrived, hasRequest, isToBeErased, type JobName, reconcileJob } from '@hepastage/jobs';
import type { VersionedRecord } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { reconcileTimes } from './reconcile-times.ts';

/** Nothing but a UUID ever reaches a key of Redis or of the object store. */
const jobIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A tenant's job. Where Redis has lost its record it is written anew from the object store, so that nobody who follows a job is ever told that there is none. Throws
 * JOB_NOT_FOUND; QUEUE_UNAVAILABLE where Redis loses it over and over.
 */
export async function requireJob(tenant: string, jobId: string, deps: ApiDeps): Promise<VersionedRecord> {
  if (!jobIdPattern.test(jobId)) throw jobNotFound();
  const found = await findJob({ tenant, jobId }, deps);
  if (found === undefined) throw jobNotFound();
  return found;
}

/** The same for whoever would erase it: one whose erasure broke off is there, though Redis has lost it, until the erasure is done. */
export async function requireErasable(tenant: string, jobId: string, deps: ApiDeps): Promise<JobName> {
  const job = { tenant, jobId };
  if (jobIdPattern.test(jobId) && (await isToBeErased(job, deps.store))) return job;
  await requireJob(tenant, jobId, deps);
  return job;
}

/** A job that the service itself has named, as `requireJob`; undefined: it was erased, or is being erased. */
export async function findJob(job: JobName, deps: ApiDeps): Promise<VersionedRecord | undefined> {
  const { tenant, jobId } = job;
  const found = await deps.status.get(tenant, jobId);
  if (found !== undefined) return found;
  await reconcileJob(job, await reconcileTimes(tenant, deps), deps);
  // Whatever was to be done: somebody else may have written it anew meanwhile.
  const restored = await deps.status.get(tenant, jobId);
  if (restored === undefined && (await isPromised(job, deps))) throw lostAgain();
  return restored;
}

/** Only the object store can say that there is no such job. */
async function isPromised(job: JobName, { store }: ApiDeps): Promise<boolean> {
  // In this order: an erasure that ends between the two has left nothing to be found.
  if (await isToBeErased(job, store)) return false;
  return (await hasArrived(job, store)) || (await hasRequest(store, job));
}

function lostAgain(): HepastageError {
  return new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, {
    what: 'Redis has lost the job while it was written anew',
    action: 'ask again',
  });
}

export function jobNotFound(): HepastageError {
  return new HepastageError(ErrorCode.JOB_NOT_FOUND, {
    what: 'there is no such job, or it was erased',
    action: 'check the id, which the Location of the accepted study has',
  });
}
