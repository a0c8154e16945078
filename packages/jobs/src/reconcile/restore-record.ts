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
import { outcomeOf, readResult } from '../commit/read-result.ts';
import { readFailure } from '../failure/record-failure.ts';
import type { JobEvidence } from './job-evidence.ts';

/** A job's record as it is told by what lies in the object store. */
export async function recordOf(
  request: StudyRequest,
  evidence: JobEvidence,
  store: ObjectStore,
): Promise<JobRecord> {
  const { jobId, tenant, createdAt, metadata, studyInstanceUid } = request;
  const base = {
    jobId,
    tenant,
    studyInstanceUid,
    ...(createdAt && { createdAt }),
    ...(metadata && { metadata }),
  };
  const result = evidence.hasResult ? await readResult(store, request) : undefined;
  if (result !== undefined) {
    return create(JobRecordSchema, {
      ...base,
      ...outcomeOf(result),
      state: JobRecord_State.SUCCEEDED,
      progress: { step: Progress_Step.PERSIST, fraction: 1 },
      finishedAt: timestampFromDate(evidence.newest),
    });
  }
  const failure = await firstFailure(evidence, store);
  if (failure === undefined) return create(JobRecordSchema, { ...base, state: JobRecord_State.QUEUED });
  const { state, attempt, error, finishedAt } = failure;
  return create(JobRecordSchema, {
    ...base,
    state,
    attempt,
    ...(error && { error }),
    ...(finishedAt && { finishedAt }),
  });
}

export async function firstFailure(
  { failures }: JobEvidence,
  store: ObjectStore,
): Promise<JobRecord | undefined> {
  for (const key of failures) {
    const failure = await readFailure(store, key);
    if (failure !== undefined) return failure;
  }
  return undefined;
}
