import { timestampMs } from '@bufbuild/protobuf/wkt';
import { estimateJobs } from '@hepastage/jobs';
import type { JobRecord } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';

export type EstimateDeps = Pick<ApiDeps, 'status' | 'queue' | 'clock' | 'config' | 'logger'>;

/** Longest that a client is told to stay away, s: with a worker more its study is done sooner than anybody thought. */
const retryAfterSecondsMax = 300;

/** The jobs with what is expected of them. Where that can't be had they are as they were: a job can be followed without it. */
export async function withEstimates(records: readonly JobRecord[], deps: EstimateDeps): Promise<JobRecord[]> {
  try {
    return await estimateJobs(records, deps, deps.clock().getTime());
  } catch (error) {
    deps.logger.warn({ err: error }, 'no estimate');
    return [...records];
  }
}

/** The same for one job. */
export async function withEstimate(record: JobRecord, deps: EstimateDeps): Promise<JobRecord> {
  const [estimated = record] = await withEstimates([record], deps);
  return estimated;
}

/** When to look again at a job that has not ended, s from now. */
export function retryAfterSeconds({ estimate }: JobRecord, { clock, config }: EstimateDeps): number {
  if (estimate?.finishesAt === undefined) return config.retryAfterSeconds;
  const seconds = Math.ceil((timestampMs(estimate.finishesAt) - clock().getTime()) / 1_000);
  return Math.min(Math.max(seconds, 1), retryAfterSecondsMax);
}
