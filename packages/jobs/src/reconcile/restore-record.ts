import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ObjectStore } from '@hepastage/platform';
import {
  type JobRecord,
  JobRecord_State,
  JobRecordSchema,
  Progress_Step,
  type StudyRequest,
} from '@hepastage/proto';
import { outcomeOf, readEnd } from '../end/job-end.ts';
import type { JobEvidence } from './job-evidence.ts';

/** A job's record as it is told by what lies in the object store. Undefined where that tells of none. */
export async function recordOf(
  request: StudyRequest | undefined,
  evidence: JobEvidence,
  store: ObjectStore,
): Promise<JobRecord | undefined> {
  const { endedAt } = evidence;
  const end = endedAt && (await readEnd(store, evidence));
  // A study may fail before it is whole: then there is no request.
  if (end?.state === JobRecord_State.FAILED) return end.record;
  if (request === undefined) return undefined;
  const { jobId, tenant, createdAt, metadata, studyInstanceUid } = request;
  const base = {
    jobId,
    tenant,
    studyInstanceUid,
    ...(createdAt && { createdAt }),
    ...(metadata && { metadata }),
  };
  if (endedAt === undefined || end === undefined)
    return create(JobRecordSchema, { ...base, state: JobRecord_State.QUEUED });
  return create(JobRecordSchema, {
    ...base,
    ...outcomeOf(end.result),
    state: JobRecord_State.SUCCEEDED,
    progress: { step: Progress_Step.PERSIST, fraction: 1 },
    finishedAt: timestampFromDate(endedAt),
  });
}
