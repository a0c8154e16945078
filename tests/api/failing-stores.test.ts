import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLocalRedis, startRedis } from '../helpers/redis-server.ts';
import { samplesOf } from '../helpers/metrics.ts';
import type { ObjectStore } from '@hepastage/platform';
import { JobRecord_State } from '@hepastage/proto';
import { noTraces, startApi, tenant } from './api-under-test.ts';
import { postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';
import { submit } from './worker-stand-in.ts';

test('without Redis every request that needs it is refused at once, and no object stays behind', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  await redis.stop();

  const begin = performance.now();
  const refused = await postStudy(api.url, [['t1w', volume()]]);
  const problem = await problemOf(refused);
  assert.deepEqual([refused.status, problem.code, problem.retryable], [503, 'QUEUE_UNAVAILABLE', true]);
  assert.deepEqual(await keysOf(api.deps.store), []);

  const ready = await fetch(`${api.url}/readyz`);
  const notReady = await problemOf(ready);
  assert.deepEqual([ready.status, notReady.code], [503, 'NOT_READY']);
  assert.match(notReady.detail, /no answer from status store, queue/);
  assert.equal((await fetch(`${api.url}/livez`)).status, 200);
  assert.equal((await fetch(`${api.url}/v1/jobs`)).status, 503);

  for (const name of ['hepastage_queue_jobs', 'hepastage_redis_memory_ratio'])
    assert.deepEqual(await samplesOf(api.url, name), []);
  assert.equal((await samplesOf(api.url, 'hepastage_ready'))[0]?.value, 0);
  const [oldest] = await samplesOf(api.url, 'hepastage_queue_oldest_job_age_seconds');
  assert.ok(Number.isNaN(oldest?.value));
  assert.ok(performance.now() - begin < 5_000);
});

test('a study that cannot be queued leaves neither record nor object behind', async () => {
  await using queueRedis = await startLocalRedis();
  await using api = await startApi({ queueRedis });
  await queueRedis.stop();
  const refused = await postStudy(api.url, [['t1w', volume()]]);
  assert.deepEqual([refused.status, (await problemOf(refused)).code], [503, 'QUEUE_UNAVAILABLE']);
  assert.deepEqual((await api.deps.status.list(tenant, {}, 10)).records, []);
  assert.deepEqual(await keysOf(api.deps.store), []);
});

test('without the object store a study is refused, and no record of it is made', async () => {
  await using redis = await startRedis();
  await using api = await startApi({ redis, store: 'unreachable' });
  const refused = await postStudy(api.url, [['t1w', volume()]]);
  const problem = await problemOf(refused);
  assert.deepEqual([refused.status, problem.code, problem.retryable], [503, 'STORE_UNAVAILABLE', true]);
  assert.ok(!problem.detail.includes('127.0.0.1'), problem.detail);
  assert.deepEqual((await api.deps.status.list(tenant, {}, 10)).records, []);
  assert.ok(Object.values((await api.deps.queue.counts()).studies).every((count) => count === 0));
  const ready = await fetch(`${api.url}/readyz`);
  assert.match((await problemOf(ready)).detail, /no answer from object store/);
});

test('an erasure that the object store does not take note of is none: the job goes on, and can be erased later', async () => {
  await using redis = await startRedis();
  await using working = await startApi({ redis });
  await using failing = await startApi({ redis, store: 'unreachable' });
  const id = await submit(working);
  const failed = await fetch(`${failing.url}/v1/jobs/${id}`, { method: 'DELETE' });
  assert.deepEqual([failed.status, (await problemOf(failed)).code], [503, 'STORE_UNAVAILABLE']);
  assert.equal((await working.deps.status.get(tenant, id))?.record.state, JobRecord_State.QUEUED);
  assert.equal((await fetch(`${working.url}/v1/jobs/${id}`, { method: 'DELETE' })).status, 204);
  assert.deepEqual(await working.traces(), noTraces);
});

/** Without the audit log: it may have a line too many. */
async function keysOf(store: ObjectStore): Promise<string[]> {
  const objects = await Array.fromAsync(store.list(''));
  return objects.map(({ key }) => key).filter((key) => !key.startsWith('audit/'));
}
