import { reconcileJob } from '@hepastage/jobs';
import { type JobRecord, JobRecord_State } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { reconcileTimes } from '../jobs/reconcile-times.ts';
import { requireJob } from '../jobs/require-job.ts';

/** The job that a name stands for. Where the request that accepted it broke off before it was queued, it is now, and need not wait for a sweep. Throws JOB_NOT_FOUND. */
export async function namedJob(tenant: string, jobId: string, deps: ApiDeps): Promise<JobRecord> {
  const { record } = await requireJob(tenant, jobId, deps);
  if (record.state === JobRecord_State.QUEUED)
    await reconcileJob({ tenant, jobId }, await reconcileTimes(tenant, deps), deps);
  return record;
}
