import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import {
  decodeText,
  type JobRecord,
  JobRecord_State,
  JobRecordSchema,
  Progress_Step,
  type StagingResult,
  StagingResultSchema,
  type StudyRequest,
} from '@hepastage/proto';
import { readFailure } from '../failure/record-failure.ts';
import type { JobName } from '../job-stores.ts';
import type { JobEvidence } from './job-evidence.ts';

/** Most of a result.json, bytes. */
const resultBytesMax = 16 * 2 ** 20;

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
  const outcome = evidence.hasResult ? await readOutcome(request, store) : undefined;
  if (outcome !== undefined) {
    return create(JobRecordSchema, {
      ...base,
      ...outcome,
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

/** Stage and model of a result; undefined if it was erased meanwhile. */
export async function readOutcome(
  { tenant, jobId }: JobName,
  store: ObjectStore,
): Promise<{ stage: string; model: string } | undefined> {
  const bytes = await store.readBytes(objectKeys.result(tenant, jobId), resultBytesMax);
  if (bytes === undefined) return undefined;
  const { stage, model }: StagingResult = decodeText(StagingResultSchema, bytes.toString());
  return { stage, model: model === undefined ? '' : `${model.name}@${model.version}` };
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
