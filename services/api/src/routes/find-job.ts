import type { StatusStore, VersionedRecord } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Nothing but a UUID ever reaches a key of Redis or of the object store. */
const jobIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Throws JOB_NOT_FOUND. */
export async function findJob(status: StatusStore, tenant: string, jobId: string): Promise<VersionedRecord> {
  const found = jobIdPattern.test(jobId) ? await status.get(tenant, jobId) : undefined;
  if (found === undefined) throw jobNotFound();
  return found;
}

export function jobNotFound(): HepastageError {
  return new HepastageError(ErrorCode.JOB_NOT_FOUND, {
    what: 'there is no such job, or it was erased',
    action: 'check the id, which the Location of the accepted study has',
  });
}
