import { type JobRecord, JobRecord_State } from '../gen/hepastage/v1/job_pb.ts';

const unfinished: ReadonlySet<JobRecord_State> = new Set([
  JobRecord_State.RECEIVING,
  JobRecord_State.QUEUED,
  JobRecord_State.RUNNING,
]);

/** Whether the job is in a terminal state, which never changes. */
export function isFinished({ state }: Pick<JobRecord, 'state'>): boolean {
  return !unfinished.has(state);
}
