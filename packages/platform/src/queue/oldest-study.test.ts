import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { startRedis } from '../../../../tests/helpers/redis-server.ts';
import { createLogger } from '../logger.ts';
import { openStudyQueue } from './bullmq-study-queue.ts';
import { queueName, queuePrefix } from './queue-contract.ts';

test('the oldest study is told wherever it stands: in front of a lane or behind those that came later, or put off', async () => {
  await using server = await startRedis();
  await using opened = new AsyncDisposableStack();
  const options = {
    redisUrl: server.url,
    redisPrefix: server.prefix,
    logger: createLogger('test', 'silent'),
  };
  const studies = opened.adopt(await openStudyQueue(options), async (it) => it.close());
  const connection = new Redis(server.url, { maxRetriesPerRequest: null });
  opened.defer(() => connection.disconnect());
  const queue = opened.adopt(
    new Queue(queueName, { connection, prefix: queuePrefix(server.prefix) }),
    async (it) => it.close(),
  );
  const nowMs = Date.now();
  const add = async (ageSeconds: number, more: { priority?: number; delay?: number }) =>
    queue.add('stage', {}, { timestamp: nowMs - ageSeconds * 1_000, ...more });
  /** Rounded down to what was added: time goes on meanwhile. */
  const age = async () => Math.floor((await studies.oldestAgeSeconds()) / 1_000) * 1_000;

  assert.equal(await studies.oldestAgeSeconds(), 0);
  for (const [n, more] of [{ delay: 3_600_000 }, { priority: 1 }, {}].entries()) {
    // More than are looked at.
    await Promise.all(Array.from({ length: 150 }, async () => add(0, more)));
    // Behind all of them: BullMQ makes a delay due after the timestamp.
    const ageSeconds = (n + 1) * 2_000;
    await add(ageSeconds, { ...more, ...(more.delay && { delay: more.delay + 2 * ageSeconds * 1_000 }) });
    assert.equal(await age(), ageSeconds);
  }
  // In front of those that are put off.
  await add(8_000, { delay: 8_000_000 + 1_000 * 60 });
  assert.equal(await age(), 8_000);
  // Nothing that is put off could be taken.
  assert.ok((await studies.oldestWaitSeconds()) < 1_000);
});
