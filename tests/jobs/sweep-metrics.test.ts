import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { objectKeys } from '@hepastage/platform';
import { startSweeper } from '../../services/api/src/jobs/start-sweeper.ts';
import { type ApiUnderTest, startApi, tenant } from '../api/api-under-test.ts';
import { eventually } from '../api/eventually.ts';
import { submit, succeed } from '../api/worker-stand-in.ts';
import { samplesOf, valuesBy } from '../helpers/metrics.ts';

const minuteMs = 60_000;

/** An API that looks at all jobs once a second, and whose clock can be put forward. */
async function startSwept() {
  let offsetMs = 0;
  const clock = () => new Date(Date.now() + offsetMs);
  const opened = new AsyncDisposableStack();
  const api = opened.use(await startApi({ clock, settings: { sweepSeconds: 1 } }));
  return {
    api,
    opened,
    pass: (ms: number) => (offsetMs += ms),
    [Symbol.asyncDispose]: async () => opened.disposeAsync(),
  };
}

/** How many jobs were counted as what, `none` left out. */
async function countsOf({ url }: ApiUnderTest): Promise<Record<string, number>> {
  const { none: _, ...counts } = await valuesBy(url, 'hepastage_reconciled_jobs_total', 'verdict');
  return counts;
}

/** The value of a gauge; undefined where it has none. */
async function gaugeOf({ url }: ApiUnderTest, name: string): Promise<number | undefined> {
  return (await samplesOf(url, name))[0]?.value;
}
const lastSuccess = 'hepastage_sweep_last_success_timestamp_seconds';
const lostJobs = 'hepastage_lost_jobs';

test('a sweep that breaks off has counted what it found, and is no success', async () => {
  await using swept = await startSwept();
  const { api, pass } = swept;
  const jobId = await submit(api);
  await api.deps.queue.remove(jobId);
  pass(2 * minuteMs);
  // The tenant after the first.
  await api.deps.store.writeBytes(objectKeys.input('z', jobId, 'a'), Buffer.from('a'));
  let failures = 0;
  const policyOf: typeof api.deps.policyOf = async (name) => {
    if (name !== 'z') return api.deps.policyOf(name);
    failures += 1;
    throw new HepastageError(ErrorCode.STORE_UNAVAILABLE, { what: 'a test wants it so' });
  };
  swept.opened.use(startSweeper({ ...api.deps, policyOf }));
  // Once it has begun anew the first has surely ended.
  await eventually(async () => failures > 1, true);
  assert.deepEqual(await countsOf(api), { enqueue: 1 });
  assert.equal(await api.deps.queue.state(jobId), 'waiting');
  assert.deepEqual([await gaugeOf(api, lastSuccess), await gaugeOf(api, lostJobs)], [undefined, undefined]);
});

test('a sweep that ends says when, and how many jobs are lost as of now', async () => {
  await using swept = await startSwept();
  const { api } = swept;
  const jobId = await submit(api);
  await succeed(api.deps, jobId);
  await api.deps.queue.remove(jobId);
  const result = objectKeys.result(tenant, jobId);
  const kept = await api.deps.store.readBytes(result, 2 ** 20);
  await api.deps.store.erase(result);
  const begun = Date.now() / 1_000;
  swept.opened.use(startSweeper(api.deps));
  await eventually(async () => gaugeOf(api, lostJobs), 1);
  const ended = await gaugeOf(api, lastSuccess);
  assert.ok(ended! >= begun && ended! <= Date.now() / 1_000, `${ended}`);
  await api.deps.store.writeBytes(result, kept!);
  await eventually(async () => gaugeOf(api, lostJobs), 0);
  assert.ok((await gaugeOf(api, lastSuccess))! > ended!);
});

test('a job that a sweep meets on its way into the queue is enqueued, and not counted as healed', async () => {
  await using swept = await startSwept();
  const { api, pass } = swept;
  const jobId = await submit(api);
  // As it is between its record and the queue.
  await api.deps.queue.remove(jobId);
  swept.opened.use(startSweeper(api.deps));
  const isWhole = async () =>
    (await api.deps.queue.state(jobId)) === 'waiting' &&
    (await api.deps.status.get(tenant, jobId)) !== undefined;
  await eventually(isWhole, true);
  await eventually(async () => Object.keys(await countsOf(api)), ['just-accepted']);
  // And between its request and its record; one that Redis lost within its first minute looks the same, and is not left to wait either.
  await api.deps.queue.remove(jobId);
  await api.deps.status.erase(tenant, jobId);
  await eventually(isWhole, true);
  assert.deepEqual(Object.keys(await countsOf(api)), ['just-accepted']);

  pass(2 * minuteMs);
  await api.deps.queue.remove(jobId);
  await eventually(async () => (await countsOf(api))['enqueue'], 1);
});
