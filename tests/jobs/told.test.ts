import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JobName, type ReconcileDeps, reconcile } from '@hepastage/jobs';
import { objectKeys } from '@hepastage/platform';
import { ErrorCode, HepastageError, JobRecord_State } from '@hepastage/proto';
import { type ApiUnderTest, startApi, tenant } from '../api/api-under-test.ts';
import { submit, succeed } from '../api/worker-stand-in.ts';

/** Whoever waits for a job is told of its end, though whoever found the end lost Redis, or died, between the two. */

const { RUNNING, SUCCEEDED, FAILED } = JobRecord_State;

/** A job whose worker died after it had written the result. */
async function unrecorded(api: ApiUnderTest): Promise<string> {
  const { status, queue } = api.deps;
  const jobId = await submit(api);
  await succeed(api.deps, jobId);
  const { record } = (await status.get(tenant, jobId))!;
  await status.erase(tenant, jobId);
  await status.restore({ ...record, state: RUNNING, stage: '' });
  await queue.remove(jobId);
  return jobId;
}

/** A job whose request somebody took away. */
async function withoutRequest(api: ApiUnderTest): Promise<string> {
  const jobId = await submit(api);
  await api.deps.store.erase(objectKeys.request(tenant, jobId));
  return jobId;
}

const away = async () =>
  Promise.reject(new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, { what: 'no answer' }));

/** Reconciles all. Returns the verdicts, `failed` among them. */
async function verdictsOf(deps: ReconcileDeps): Promise<readonly string[]> {
  const options = { orphanMs: 7_200_000, quietMs: 1_000, retentionMsOf: async () => undefined };
  return Object.keys(await reconcile(options, deps)).filter((verdict) => verdict !== 'none');
}

const cases = [
  ['recover-end', unrecorded, SUCCEEDED],
  ['report-lost-request', withoutRequest, FAILED],
] as const;

for (const [verdict, left, state] of cases) {
  test(`a notice that can’t be queued is queued by the next sweep (${verdict})`, async () => {
    await using api = await startApi();
    const jobId = await left(api);
    const told: string[] = [];
    const deps = { ...api.deps, onEnded: async (job: JobName) => void told.push(job.jobId) };

    assert.deepEqual(await verdictsOf({ ...deps, onEnded: away }), ['failed']);
    assert.deepEqual(await verdictsOf(deps), [verdict]);
    assert.deepEqual(told, [jobId]);
    assert.equal((await api.deps.status.get(tenant, jobId))?.record.state, state);
    assert.deepEqual(await verdictsOf(deps), [], 'once is enough');
    assert.deepEqual(told, [jobId]);
  });
}
