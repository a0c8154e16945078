import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { decodeText, type StagingResult, StagingResultSchema } from '@hepastage/proto';
import type { JobName } from '../job-stores.ts';

/** Most of a result.json, bytes. */
const resultBytesMax = 16 * 2 ** 20;

/** A job's result; undefined where there is none, yet or any more. */
export async function readResult(
  store: ObjectStore,
  { tenant, jobId }: JobName,
  signal?: AbortSignal,
): Promise<StagingResult | undefined> {
  const bytes = await store.readBytes(objectKeys.result(tenant, jobId), resultBytesMax, signal);
  return bytes && decodeText(StagingResultSchema, bytes.toString());
}

/** What a job's record says of its result. */
export function outcomeOf({ stage, model }: StagingResult): { stage: string; model: string } {
  return { stage, model: model === undefined ? '' : `${model.name}@${model.version}` };
}
