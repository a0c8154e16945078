import { create } from '@bufbuild/protobuf';
import { objectKeys, type ObjectStore, type StatusStore } from '@hepastage/platform';
import {
  decodeText,
  encodeText,
  type JobError,
  type JobRecord,
  JobRecord_State,
  JobRecordSchema,
  now,
} from '@hepastage/proto';

/** Name of the failure of a job that nobody had a claim on any more. */
const givenUp = 'given-up';
/** Most of a failure's object, bytes. */
const failureBytesMax = 64 * 1_024;

/**
 * FAILED, for good. Invariant: a job that is FAILED in the status store has a failure in the object store, so that it stays FAILED when Redis loses everything. So the object is
 * written first; where the status store then refuses (another attempt has the job, it has ended or was erased), it is taken back. The object's name is the claim's, so
 * that an attempt never takes back another's. False: refused. `token`: of the claim; undefined for whoever has none.
 */
export async function recordFailure(
  job: Pick<JobRecord, 'tenant' | 'jobId' | 'attempt'>,
  error: JobError,
  { store, status }: { readonly store: ObjectStore; readonly status: StatusStore },
  token?: string,
): Promise<boolean> {
  const { tenant, jobId, attempt } = job;
  const key = objectKeys.failure(tenant, jobId, token ?? givenUp);
  const state = JobRecord_State.FAILED;
  const failure = create(JobRecordSchema, { tenant, jobId, attempt, state, error, finishedAt: now() });
  const body = Buffer.from(encodeText(JobRecordSchema, failure));
  await store.writeBytes(key, body, { mediaType: 'application/json' });
  const isRecorded = await status.fail(tenant, jobId, token, error);
  if (!isRecorded && !(await hasFailed(job, status))) await store.erase(key);
  return isRecorded;
}

/** Whoever gives a job up finds it FAILED, mostly: then there is a failure more, and no harm in it. */
async function hasFailed({ tenant, jobId }: Pick<JobRecord, 'tenant' | 'jobId'>, status: StatusStore) {
  return (await status.get(tenant, jobId))?.record.state === JobRecord_State.FAILED;
}

/** What a failure's object says; undefined if it was taken back meanwhile. */
export async function readFailure(store: ObjectStore, key: string): Promise<JobRecord | undefined> {
  const bytes = await store.readBytes(key, failureBytesMax);
  return bytes && decodeText(JobRecordSchema, bytes.toString());
}
