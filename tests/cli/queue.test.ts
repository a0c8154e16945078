import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveBack, openStudyQueue, createLogger, queueName, queuePrefix } from '@hepastage/platform';
import { create } from '@bufbuild/protobuf';
import { StudyMetadata_Priority, StudyMetadataSchema, StudyRequestSchema } from '@hepastage/proto';
import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { leastPrivilege } from '../redis/least-privilege.ts';
import { type ApiUnderTest, startApi } from '../api/api-under-test.ts';
import { submit } from '../api/worker-stand-in.ts';
import { hepastageWith } from '../helpers/command.ts';
import { type RedisServer, startLocalRedis } from '../helpers/redis-server.ts';

const token = 'a token';
const secretReference = 'MRS DOE 1950';

interface Overview {
  readonly queues: readonly Readonly<Record<string, unknown>>[];
  readonly oldest: readonly { readonly jobId: string }[];
  readonly inHand: readonly { readonly jobId: string; readonly begun: number; readonly takenAt: string }[];
  readonly delayed: readonly { readonly jobId: string; readonly place: { readonly dueMs: number } }[];
  readonly serviceTimes: readonly unknown[];
  readonly drainedAt?: string;
  readonly redis: { readonly used: number };
}

/** An API, a worker that takes studies when it is told, and the command over their Redis. */
async function open(redis: RedisServer, opened: AsyncDisposableStack) {
  const api = opened.use(await startApi({ redis }));
  const connection = opened.adopt(new Redis(redis.url, { maxRetriesPerRequest: null }), (it) =>
    it.disconnect(),
  );
  const worker = opened.adopt(
    new Worker(queueName, null, {
      connection,
      prefix: queuePrefix(redis.prefix),
      settings: { backoffStrategy: () => 60_000 },
    }),
    async (it) => it.close(),
  );
  const settings = { REDIS_URL: redis.url, HEPASTAGE_REDIS_PREFIX: redis.prefix };
  const run = async (...words: string[]) => hepastageWith(settings, 'queue', ...words);
  return {
    api,
    connection,
    run,
    take: async () => worker.getNextJob(token),
    overview: async () => JSON.parse((await run('--json')).stdout) as Overview,
    show: async (jobId: string) =>
      JSON.parse((await run('show', jobId, '--json')).stdout) as Record<string, unknown>,
    measured: async (meanMs: number) =>
      connection.hset(`${redis.prefix}:service-time`, {
        'ms:0': meanMs,
        'attempts:0': 7,
        'at:0': Date.now(),
      }),
  };
}

async function submitMany(api: ApiUnderTest, count: number): Promise<string[]> {
  const jobIds: string[] = [];
  for (let n = 0; n < count; n++) jobIds.push(await submit(api, { externalReference: secretReference }));
  return jobIds;
}

test('hepastage queue shows what waits, what is in hand and since when, what was put off and why, and when all is done', async () => {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await startLocalRedis());
  const { api, run, take, overview, show, measured } = await open(redis, opened);
  const empty = await run();
  assert.equal(empty.exitCode, 0);
  assert.match(empty.stdout, /^studies +0 +0 +0 +0 +0$/m);
  assert.match(empty.stdout, /longest wait: nothing waits\na study takes: not measured/);

  const [putOff, taken, next, last] = await submitMany(api, 4);
  const stat = await submit(api, { priority: 'STAT' });
  await assert.rejects(giveBack(await take(), token, 90_000), /delayed/i);
  await assert.rejects(giveBack(await take(), token, 60_000), /delayed/i);
  assert.equal((await take()).id, taken);
  await measured(20_000);

  const { queues, oldest, inHand, delayed, serviceTimes, drainedAt, redis: memory } = await overview();
  assert.deepEqual(
    queues.map(({ name, waiting, prioritized, active, delayed: off }) => [
      name,
      waiting,
      prioritized,
      active,
      off,
    ]),
    [
      ['studies', 0, 2, 1, 2],
      ['pacs-pushes', 0, 0, 0, 0],
      ['webhooks', 0, 0, 0, 0],
    ],
  );
  assert.deepEqual(
    oldest.map(({ jobId }) => jobId),
    [next],
  );
  assert.deepEqual(
    inHand.map(({ jobId, begun }) => [jobId, begun]),
    [[taken, 1]],
  );
  assert.ok(Date.now() - Date.parse(inHand[0]!.takenAt) < 60_000);
  // STAT studies are taken first: it was the first that was put off.
  assert.deepEqual(
    delayed.map(({ jobId }) => jobId),
    [putOff, stat],
  );
  assert.ok(delayed[0]!.place.dueMs > Date.now());
  assert.equal(serviceTimes.length, 1);
  assert.partialDeepStrictEqual(serviceTimes[0], { inHand: 1, meanMs: 20_000, attempts: 7 });
  // Half of the one in hand, the one before the last, the last: 50 s.
  const seconds = (Date.parse(drainedAt!) - Date.now()) / 1_000;
  assert.ok(seconds > 40 && seconds <= 50, `${seconds} s`);
  assert.ok(memory.used > 0);

  const text = await run();
  assert.match(text.stdout, /^studies +2 +0 +1 +2 +0$/m);
  assert.match(text.stdout, /a study takes: 20 s with 1 in hand \(of 7\)/);
  assert.match(text.stdout, new RegExp(`${putOff} +default +\\d+ s +1 +0 +given back by its worker`));
  const shown = await show(last!);
  assert.deepEqual([shown['state'], shown['ahead'], shown['tenant']], ['QUEUED', 1, 'default']);
  const everything = [text.stdout, JSON.stringify(await overview()), JSON.stringify(shown)].join('');
  assert.ok(!everything.includes(secretReference), 'what a client said is nobody’s business');
});

test('hepastage queue show says why a job failed last, how often it lost its worker, and that there is none', async () => {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await startLocalRedis());
  const { api, run, take, show, connection } = await open(redis, opened);
  const [failed] = await submitMany(api, 1);
  const job: Job = await take();
  await connection.hset(`${queuePrefix(redis.prefix)}:${queueName}:${failed}`, 'stc', 2);
  await job.moveToFailed(new Error('the graph did not run'), token);
  const claim = await api.deps.status.claim('default', failed!);
  assert.equal(claim.kind, 'claimed');
  const { entry, state } = (await show(failed!)) as { entry: Record<string, unknown>; state: string };
  assert.equal(state, 'RUNNING');
  assert.deepEqual([entry['reason'], entry['stalled']], ['the graph did not run', 2]);
  const text = await run('show', failed!);
  assert.match(text.stdout, /last failure +the graph did not run/);
  assert.match(text.stdout, /lost its worker 2 times/);

  const absent = await run('show', '01980000-0000-7000-8000-000000000000');
  assert.equal(absent.exitCode, 1);
  assert.match(absent.stderr, /neither the queue nor the status store has this job/);
});

test('hepastage queue pause keeps studies from workers and the service open; resume hands them out', async () => {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await startLocalRedis());
  const { api, run, take, overview } = await open(redis, opened);
  assert.equal((await run('pause')).exitCode, 0);
  const [waiting] = await submitMany(api, 1);
  const ready = await fetch(`${api.url}/readyz`);
  await ready.arrayBuffer();
  assert.equal(ready.status, 200);
  const [studies] = (await overview()).queues;
  assert.deepEqual([studies?.['isPaused'], studies?.['prioritized']], [true, 1]);
  assert.match((await run()).stdout, /^studies .*PAUSED$/m);
  assert.equal(await takeNow(take), undefined);
  assert.equal((await run('resume')).exitCode, 0);
  assert.equal(await takeNow(take), waiting);
});

test('a user of Redis that may do no more than it needs sees all but the workers; without Redis it says so', async () => {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await startLocalRedis());
  const operator = new Redis(redis.url);
  await operator.call('ACL', 'SETUSER', 'service', ...leastPrivilege(redis.prefix, 'pass'));
  operator.disconnect();
  const queue = await openStudyQueue({
    redisUrl: redis.url,
    redisPrefix: redis.prefix,
    logger: createLogger('test', 'silent'),
  });
  const metadata = create(StudyMetadataSchema, { priority: StudyMetadata_Priority.ROUTINE });
  const jobId = crypto.randomUUID();
  await queue.add(create(StudyRequestSchema, { jobId, tenant: 'default', metadata }));
  await queue.close();
  const settings = {
    REDIS_URL: redis.url.replace('://', '://service:pass@'),
    HEPASTAGE_REDIS_PREFIX: redis.prefix,
  };
  const restricted = await hepastageWith(settings, 'queue');
  assert.equal(restricted.exitCode, 0, restricted.stderr);
  assert.match(restricted.stdout, /^studies +1 /m);
  assert.match(restricted.stdout, /workers connected: Redis does not tell this user/);

  await redis.stop();
  const away = await hepastageWith(settings, 'queue', '--json');
  assert.equal(away.exitCode, 1);
  assert.match(away.stdout, /QUEUE_UNAVAILABLE/);
});

/** What a worker gets that does not wait for more. */
async function takeNow(take: () => Promise<Job | undefined>): Promise<string | undefined> {
  return (await take())?.id;
}
