import type { StatusStore } from '@hepastage/platform';
import { JobRecord_State } from '@hepastage/proto';
import type { JobName } from '../job-stores.ts';
import { type JobEnd, outcomeOf } from './job-end.ts';

/**
 * Makes a job's record say how the job has ended, whoever has the job in hand. Returns what the record says then: something else only where the job is being erased, where Redis has lost
 * its record, or some of what it said (RECEIVING).
 */
export async function announceEnd(
  { tenant, jobId }: JobName,
  end: JobEnd,
  status: StatusStore,
): Promise<JobRecord_State | undefined> {
  const isSaid =
    end.state === JobRecord_State.SUCCEEDED
      ? await status.recover(tenant, jobId, outcomeOf(end.result))
      : await status.fail(tenant, jobId, undefined, end.error);
  return isSaid ? end.state : (await status.get(tenant, jobId))?.record.state;
}
