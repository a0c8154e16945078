import { reconcileJob } from '@hepastage/jobs';
import type { VersionedRecord } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { reconcileTimes } from './reconcile-times.ts';

/** Nothing but a UUID ever reaches a key of Redis or of the object store. */
const jobIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A tenant's job. Where Redis has lost its record it is written anew from the object store, so that nobody who follows a job is ever told that there is none. Throws
 * JOB_NOT_FOUND.
 */
export async function requireJob(tenant: string, jobId: string, deps: ApiDeps): Promise<VersionedRecord> {
  if (!jobIdPattern.test(jobId)) throw jobNotFound();
  const found = await deps.status.get(tenant, jobId);
  if (found !== undefined) return found;
  await reconcileJob({ tenant, jobId }, await reconcileTimes(tenant, deps), deps);
  // Whatever was to be done: somebody else may have written it anew meanwhile.
  const restored = await deps.status.get(tenant, jobId);
  if (restored === undefined) throw jobNotFound();
  return restored;
}

export function jobNotFound(): HepastageError {
  return new HepastageError(ErrorCode.JOB_NOT_FOUND, {
    what: 'there is no such job, or it was erased',
    action: 'check the id, which the Location of the accepted study has',
  });
}
