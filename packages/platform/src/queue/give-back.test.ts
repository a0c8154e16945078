import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { startRedis } from '../../../../tests/helpers/redis-server.ts';
import { giveBackToFront } from './give-back.ts';

test('what is given back to the front keeps its lane and its attempts, and wakes a worker that waits', async () => {
  await using server = await startRedis();
  await using opened = new AsyncDisposableStack();
  const connection = new Redis(server.url, { maxRetriesPerRequest: null });
  opened.defer(() => connection.disconnect());
  const queue = opened.adopt(new Queue('lanes', { connection, prefix: server.prefix }), async (it) =>
    it.close(),
  );
  const worker = opened.adopt(new Worker('lanes', null, { connection, prefix: server.prefix }), async (it) =>
    it.close(),
  );
  for (const [jobId, priority] of [
    ['first', 1],
    ['second', 1],
    ['urgent', 0],
  ] as const)
    // prettier-ignore
    await queue.add('job', {}, { jobId, priority });

  for (const id of ['urgent', 'first', 'second']) {
    const job = await worker.getNextJob('a token', { block: false });
    assert.equal(job.id, id);
    // What a worker waits for (BZPOPMIN): as if all had seen it.
    await connection.del(queue.toKey('marker'));
    await assert.rejects(giveBackToFront(job, 'a token', worker, connection));
    assert.equal(await connection.zscore(queue.toKey('marker'), '0'), '0');
    const again = await worker.getNextJob('a token', { block: false });
    assert.deepEqual([again.id, again.priority, again.attemptsMade], [id, job.priority, 0]);
  }
});
