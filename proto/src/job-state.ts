import { type JobRecord, JobRecord_State } from '../gen/hepastage/v1/job_pb.ts';

/** Whether the job is in a terminal state, which never changes. */
export function isFinished({ state }: Pick<JobRecord, 'state'>): boolean {
  return state !== JobRecord_State.QUEUED && state !== JobRecord_State.RUNNING;
}
