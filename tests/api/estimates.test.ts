import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queueName, queuePrefix } from '@hepastage/platform';
import type { JobListJson, JobRecordJson } from '@hepastage/proto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { type ApiUnderTest, startApi, tenant } from './api-under-test.ts';
import { postStudy } from './study-form.ts';
import { volume } from './volumes.ts';
import { submit, succeed } from './worker-stand-in.ts';

/** The workers' side of an API's queue: takes studies when it is told, and knows how long they take. */
function workersOf({ deps: { config } }: ApiUnderTest) {
  const connection = new Redis(config.redisUrl, { maxRetriesPerRequest: null });
  const options = { connection, prefix: queuePrefix(config.redisPrefix) };
  const worker = new Worker(queueName, null, options);
  const queue = new Queue(queueName, options);
  return {
    queue,
    take: async () => (await worker.getNextJob('a token')).id!,
    /** As if many studies had taken so long. */
    measured: async (meanMs: number) =>
      connection.hset(`${config.redisPrefix}:service-time`, {
        'ms:0': meanMs,
        'attempts:0': 100,
        'at:0': Date.now(),
      }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([worker.close(), queue.close()]);
      connection.disconnect();
    },
  };
}

async function look(api: ApiUnderTest, id: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${api.url}/v1/jobs/${id}`, { headers });
  const text = await response.text();
  const { estimate } = (text === '' ? {} : JSON.parse(text)) as JobRecordJson;
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? '',
    retryAfter: response.headers.get('retry-after'),
    ahead: estimate?.ahead,
    seconds: secondsTo(estimate?.finishesAt),
  };
}

function secondsTo(moment: string | undefined): number | undefined {
  return moment === undefined ? undefined : (Date.parse(moment) - Date.now()) / 1_000;
}

/** The tests' own time has passed since. */
function assertNear(seconds: number | undefined, expected: number): void {
  assert.ok(seconds !== undefined && seconds <= expected + 0.1 && seconds > expected - 5, `${seconds} s`);
}

test('where nothing was measured a job knows its place alone, and is to be looked at again as the settings say', async () => {
  await using api = await startApi();
  const first = await submit(api);
  const second = await submit(api);
  assert.deepEqual(
    [await look(api, first), await look(api, second)].map(({ ahead, seconds, retryAfter }) => [
      ahead,
      seconds,
      retryAfter,
    ]),
    [
      [0, undefined, '2'],
      [1, undefined, '2'],
    ],
  );
});

test('place and measured time say when a job ends: in 202, in the job, in the list, and where its result is asked for', async () => {
  await using api = await startApi();
  await using workers = workersOf(api);
  await workers.measured(20_000);
  const inHand = await submit(api);
  assert.equal(await workers.take(), inHand);
  const routine = await submit(api);
  assertNear((await look(api, routine)).seconds, 10 + 20);

  const accepted = await postStudy(api.url, [
    ['t1w', volume()],
    ['metadata', '{"priority":"STAT"}'],
  ]);
  const stat = (await accepted.json()) as JobRecordJson;
  assert.equal(stat.estimate?.ahead, 0);
  assertNear(secondsTo(stat.estimate.finishesAt), 10 + 20);
  assert.match(accepted.headers.get('retry-after') ?? '', /^(29|30)$/);

  const behind = await look(api, routine);
  assert.equal(behind.ahead, 1);
  assertNear(behind.seconds, 30 + 20);
  assert.match(behind.retryAfter ?? '', /^(4[6-9]|50)$/);
  const result = await fetch(`${api.url}/v1/jobs/${routine}/result`);
  await result.arrayBuffer();
  assert.equal(result.status, 409);
  assert.match(result.headers.get('retry-after') ?? '', /^(4[6-9]|50)$/);
  const { jobs = [] } = (await (await fetch(`${api.url}/v1/jobs`)).json()) as JobListJson;
  const listed = new Map(jobs.map(({ jobId, estimate }) => [jobId, estimate?.ahead]));
  assert.deepEqual([listed.get(routine), listed.get(stat.jobId)], [1, 0]);

  // Two are in hand now, and none is before it.
  assert.equal(await workers.take(), stat.jobId);
  const next = await look(api, routine);
  assert.equal(next.ahead, 0);
  assertNear(next.seconds, 5 + 20);
});

test('of a job in hand the rest is left; one that has ended expects nothing, and its tag is strong again', async () => {
  await using api = await startApi();
  await using workers = workersOf(api);
  await workers.measured(20_000);
  const id = await submit(api);
  const queued = await look(api, id);
  assert.match(queued.etag, /^W\/"\d+"$/);
  await api.deps.status.claim(tenant, id);
  const running = await look(api, id);
  assert.equal(running.ahead, 0);
  assertNear(running.seconds, 20);
  await succeed(api.deps, id);
  const ended = await look(api, id);
  assert.deepEqual([ended.ahead, ended.seconds, ended.retryAfter], [undefined, undefined, null]);
  assert.match(ended.etag, /^"\d+"$/);
});

test('a job that has moved up is the same job: 304, and a new time to look again', async () => {
  await using api = await startApi();
  await using workers = workersOf(api);
  await workers.measured(20_000);
  await submit(api);
  await submit(api);
  const id = await submit(api);
  await workers.take();
  const before = await look(api, id);
  await workers.take();
  const after = await look(api, id, { 'if-none-match': before.etag });
  assert.deepEqual([after.status, after.etag], [304, before.etag]);
  assert.ok(Number(after.retryAfter) < Number(before.retryAfter));
});

test('nobody is sent away for longer than five minutes, and nobody is promised anything while the queue stands', async () => {
  await using api = await startApi();
  await using workers = workersOf(api);
  await workers.measured(3_600_000);
  await submit(api);
  await workers.take();
  const id = await submit(api);
  const far = await look(api, id);
  assert.equal(far.retryAfter, '300');
  assertNear(far.seconds, 1.5 * 3_600);
  await workers.queue.pause();
  const standing = await look(api, id);
  assert.deepEqual([standing.ahead, standing.seconds, standing.retryAfter], [0, undefined, '2']);
});

test('a job is there though its place can’t be had', async () => {
  await using queueRedis = await startLocalRedis();
  await using api = await startApi({ queueRedis });
  const id = await submit(api);
  assert.equal((await look(api, id)).ahead, 0);
  await queueRedis.stop();
  const { status, ahead, retryAfter } = await look(api, id);
  assert.deepEqual([status, ahead, retryAfter], [200, undefined, '2']);
});
