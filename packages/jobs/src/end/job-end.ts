import { create, type JsonObject } from '@bufbuild/protobuf';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import {
  decodeJson,
  type JobError,
  JobErrorSchema,
  type JobRecord,
  JobRecord_State,
  JobRecordSchema,
  type StagingResult,
  StagingResultSchema,
} from '@hepastage/proto';
import type { JobName } from '../job-stores.ts';

/** Most of a result.json, bytes. */
const endBytesMax = 16 * 2 ** 20;

/** How a job has ended, for good. */
export type JobEnd =
  | { readonly state: (typeof JobRecord_State)['SUCCEEDED']; readonly result: StagingResult }
  | {
      readonly state: (typeof JobRecord_State)['FAILED'];
      readonly error: JobError;
      /** The job's record, as it ended. */
      readonly record: JobRecord;
    };

/**
 * How a job has ended; undefined where it has not, or was erased. Invariant: a job ends once. Its end is one object, result.json, which is created and never written over: it
 * holds the result or, of a job that has failed, its record. So whoever would end the job otherwise, at the same time or years later, learns here that it has ended.
 */
export async function readEnd(
  store: ObjectStore,
  { tenant, jobId }: JobName,
  signal?: AbortSignal,
): Promise<JobEnd | undefined> {
  const bytes = await store.readBytes(objectKeys.result(tenant, jobId), endBytesMax, signal);
  if (bytes === undefined) return undefined;
  const json = JSON.parse(bytes.toString()) as JsonObject;
  // A record has a state, a result has none.
  if (!('state' in json))
    return { state: JobRecord_State.SUCCEEDED, result: decodeJson(StagingResultSchema, json) };
  const record = decodeJson(JobRecordSchema, json);
  return { state: JobRecord_State.FAILED, error: record.error ?? create(JobErrorSchema), record };
}

/** What a job's record says of its result. */
export function outcomeOf({ stage, model }: StagingResult): { stage: string; model: string } {
  return { stage, model: model === undefined ? '' : `${model.name}@${model.version}` };
}
