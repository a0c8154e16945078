import { objectKeys, type ObjectStore, type StatusStore } from '@hepastage/platform';
import {
  encodeText,
  isFinished,
  type JobError,
  type JobRecord,
  JobRecord_State,
  JobRecordSchema,
  now,
} from '@hepastage/proto';
import { announceEnd } from '../end/announce-end.ts';
import { readEnd } from '../end/job-end.ts';
import type { JobName } from '../job-stores.ts';

const { CANCELLED, FAILED } = JobRecord_State;

/**
 * Lets a job fail for good, unless it has ended by then: its end is created in the object store before anybody is told of it (`readEnd`). Returns how the job has ended: FAILED, or
 * SUCCEEDED where its result was first; undefined where it is not for the caller to say: another attempt has the job, or it is being erased, or its record is lost. `token`: of
 * the claim; undefined for whoever has none. Throws where the end can't be kept: it is none yet.
 */
export async function recordFailure(
  job: JobName,
  error: JobError,
  { store, status }: { readonly store: ObjectStore; readonly status: StatusStore },
  token?: string,
): Promise<JobRecord_State | undefined> {
  const { tenant, jobId } = job;
  const open = (await status.get(tenant, jobId))?.record;
  if (open === undefined || isFinished(open)) return undefined;
  if (token !== undefined && !(await status.holds(tenant, jobId, token))) return undefined;

  const record: JobRecord = { ...open, state: FAILED, error, finishedAt: now() };
  const key = objectKeys.result(tenant, jobId);
  const body = Buffer.from(encodeText(JobRecordSchema, record));
  const isFirst = await store.create(key, body, { mediaType: 'application/json' });
  const end = isFirst ? ({ state: FAILED, error, record } as const) : await readEnd(store, job);
  const said = end && (await announceEnd(job, end, status));
  // What was created after the erasure had erased the rest. A cancelled job has no end: nobody was told of this one.
  if (said === CANCELLED) await store.erase(key);
  return said === end?.state ? said : undefined;
}
