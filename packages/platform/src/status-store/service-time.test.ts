import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { ErrorCode, JobErrorSchema, StudyRequestSchema } from '@hepastage/proto';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../../../tests/helpers/redis-server.ts';
import { createLogger } from '../logger.ts';
import { openStatusStore } from './redis-status-store.ts';
import type { ServiceTime } from './service-times.ts';
import type { StatusStore } from './status-store.ts';

const tenant = 'default';
let server: RedisServer;
before(async () => {
  server = await startRedis();
});
after(async () => server.stop());

test('how long studies take is learnt from the attempts that end them, by how many are in hand at once', async () => {
  await using own = await openOwn();
  const { store } = own;
  assert.deepEqual(await store.serviceTimes(), [], 'nothing has ended');
  const inHand = `${own.prefix}:queue:studies:active`;
  const work = async (ms: number, end: 'succeed' | 'fail' | 'requeue' = 'succeed', besides = 0) => {
    const study = create(StudyRequestSchema, { jobId: randomUUID(), tenant });
    const key = `${own.prefix}:job:${tenant}:${study.jobId}`;
    await store.create(study);
    await own.redis.del(inHand);
    await own.redis.lpush(inHand, study.jobId, ...Array.from({ length: besides }, () => 'another'));
    const token = await claimedOf(store, study.jobId);
    // As if it had been claimed so long ago.
    await own.redis.hincrby(key, 'claimedMs', -ms);
    const error = create(JobErrorSchema, { code: ErrorCode.NOT_NIFTI });
    if (end === 'succeed') await store.succeed(tenant, study.jobId, token, { stage: 'mild', model: 'm@1' });
    else if (end === 'requeue') await store.requeue(tenant, study.jobId, token);
    else await store.fail(tenant, study.jobId, token, error);
    assert.equal(await own.redis.hexists(key, 'claimedMs'), 0);
  };
  const alone = async () => (await store.serviceTimes())[0]!;

  await work(60_000);
  assertNear(await alone(), 60_000, 1);
  await work(120_000, 'fail');
  assertNear(await alone(), 90_000, 2);
  await work(3_600_000, 'requeue');
  assertNear(await alone(), 90_000, 2);
  for (let n = 0; n < 30; n++) await work(30_000);
  const recent = await alone();
  assert.ok(recent.meanMs < 35_000, `the past is forgotten: ${recent.meanMs} ms`);
  await work(24 * 3_600_000);
  const { meanMs } = await alone();
  assert.ok(meanMs > recent.meanMs && meanMs <= recent.meanMs * 1.31, `one that hung: ${meanMs} ms`);

  await work(200_000, 'succeed', 7);
  const [first, second] = await store.serviceTimes();
  assert.deepEqual([first?.inHand, second?.inHand], [1, 8]);
  assertNear(second!, 200_000, 1);
  const key = `${own.prefix}:service-time`;
  const ttl = await own.redis.pttl(key);
  assert.ok(ttl > 23 * 3_600_000 && ttl <= 24 * 3_600_000);
  await own.redis.hincrby(key, 'at:0', -24 * 3_600_000);
  assert.deepEqual(
    (await store.serviceTimes()).map((time) => time.inHand),
    [8],
    'what is a day old is forgotten',
  );
  await work(5_000);
  assertNear(await alone(), 5_000, 1);
  await own.redis.del(key);
  assert.deepEqual(await store.serviceTimes(), []);
});

function assertNear({ meanMs, attempts }: ServiceTime, ms: number, counted: number): void {
  assert.equal(attempts, counted);
  // The tests' own time is in it.
  assert.ok(meanMs >= ms && meanMs < ms * 1.1, `${meanMs} ms, expected ${ms}`);
}

async function claimedOf(store: StatusStore, jobId: string): Promise<string> {
  const claim = await store.claim(tenant, jobId);
  assert.ok(claim.kind === 'claimed');
  return claim.token;
}

/** A status store under a prefix of its own, and a connection to look into it. */
async function openOwn() {
  const prefix = `{${randomUUID()}}`;
  const store = await openStatusStore({
    redisUrl: server.url,
    redisPrefix: prefix,
    patience: 'fail-fast',
    logger: createLogger('test', 'silent'),
  });
  const own = new Redis(server.url);
  return {
    store,
    prefix,
    redis: own,
    [Symbol.asyncDispose]: async () => {
      own.disconnect();
      await store.close();
    },
  };
}
