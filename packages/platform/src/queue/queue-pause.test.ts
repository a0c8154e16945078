import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { startRedis } from '../../../../tests/helpers/redis-server.ts';
import { createLogger } from '../logger.ts';
import { openStudyQueue } from './bullmq-study-queue.ts';
import { queueName, queuePrefix } from './queue-contract.ts';
import { QueueInspector } from './queue-inspector.ts';

const hours = 3_600;

/** Adds an entry that has waited for so long. */
async function addOld(redisUrl: string, redisPrefix: string, seconds: number): Promise<void> {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue(queueName, { connection, prefix: queuePrefix(redisPrefix) });
  await queue.add('stage', {}, { timestamp: Date.now() - seconds * 1_000, priority: 1 });
  await queue.close();
  connection.disconnect();
}

test('a pause does not count as a wait for workers, neither while it lasts nor afterwards; ages are what they are', async () => {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await startRedis());
  const options = {
    redisUrl: redis.url,
    redisPrefix: redis.prefix,
    logger: createLogger('test', 'silent'),
  };
  const queue = opened.adopt(await openStudyQueue(options), async (it) => it.close());
  const operator = opened.adopt(await QueueInspector.open(options), async (it) => it.close());
  assert.deepEqual([await queue.oldestAgeSeconds(), await queue.oldestWaitSeconds()], [0, 0]);

  await addOld(redis.url, redis.prefix, 2 * hours);
  await operator.resume();
  assert.ok((await queue.oldestWaitSeconds()) >= 2 * hours, 'it was not paused: nothing is forgiven');
  await operator.pause();
  assert.equal(await queue.oldestWaitSeconds(), 0);
  await operator.resume();
  const wait = await queue.oldestWaitSeconds();
  assert.ok(wait >= 0 && wait < 60, `${wait} s`);
  assert.ok((await queue.oldestAgeSeconds()) >= 2 * hours, 'its result is late all the same');
});
