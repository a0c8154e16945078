import type { ObjectStore } from '@hepastage/platform';
import { JobRecord_State, type StagingResult } from '@hepastage/proto';
import { readEnd } from '../end/job-end.ts';
import type { JobName } from '../job-stores.ts';

/** A job's result; undefined where there is none, yet or any more. */
export async function readResult(
  store: ObjectStore,
  job: JobName,
  signal?: AbortSignal,
): Promise<StagingResult | undefined> {
  const end = await readEnd(store, job, signal);
  return end?.state === JobRecord_State.SUCCEEDED ? end.result : undefined;
}
