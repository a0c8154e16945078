import { reconcileJob } from '@hepastage/jobs';
import { ErrorCode, HepastageError, type JobRecord, JobRecord_State } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { reconcileTimes } from '../jobs/reconcile-times.ts';
import { findJob } from '../jobs/require-job.ts';

/** An erasure that broke off is finished in about as long, s. */
const erasureSeconds = 60;

/**
 * The job that a name stands for. Where the request that accepted it broke off before it was queued, it is now, and need not wait for a sweep. Throws
 * IDEMPOTENCY_KEY_IN_FLIGHT where it is being erased, and the name with it.
 */
export async function namedJob(tenant: string, jobId: string, deps: ApiDeps): Promise<JobRecord> {
  const found = await findJob({ tenant, jobId }, deps);
  if (found === undefined) throw beingErased();
  const { record } = found;
  if (record.state === JobRecord_State.QUEUED)
    await reconcileJob({ tenant, jobId }, await reconcileTimes(tenant, deps), deps);
  return record;
}

function beingErased(): HepastageError {
  return new HepastageError(ErrorCode.IDEMPOTENCY_KEY_IN_FLIGHT, {
    what: 'the job of the same study is being erased at this moment',
    action: 'send it again in a minute: it will be a new job',
    retryAfterSeconds: erasureSeconds,
  });
}
