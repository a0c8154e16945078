import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connectRedis, createLogger, giveBackToFront } from '@hepastage/platform';
import { Queue, Worker } from 'bullmq';
import { startRedis } from '../../../tests/helpers/redis-server.ts';
import { Isolation } from './isolation.ts';

const queueName = 'isolation';
const jobs = 60;
const concurrency = 8;
/** Every fifth of a queue of routine and STAT studies has lost a worker. */
const isSuspect = (index: number) => index % 5 === 2;
const priorityOf = (index: number) => (index % 3 === 0 ? {} : { priority: 1 });

test('a suspect is worked on while its worker holds no other study, and nothing is lost', async () => {
  await using server = await startRedis();
  const redis = await connectRedis({ redisUrl: server.url }, 'wait', createLogger('test', 'silent'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => redis.disconnect());
  const shared = { connection: redis, prefix: server.prefix };
  const queue = new Queue(queueName, shared);
  opened.defer(async () => queue.close());
  for (let index = 0; index < jobs; index++) {
    await queue.add('study', index, { jobId: `job-${index}`, ...priorityOf(index) });
    // As BullMQ counts a job whose worker died.
    if (isSuspect(index)) await redis.hincrby(queue.toKey(`job-${index}`), 'stc', 1);
  }

  const done: number[] = [];
  const beside: string[] = [];
  let atOnceMax = 0;
  const finished = Promise.withResolvers<void>();
  const startWorker = () => {
    let atOnce = 0;
    const worker: Worker<number> = new Worker(
      queueName,
      async (job, token) =>
        isolation.admit(
          job.stalledCounter > 0,
          async () => {
            atOnce++;
            atOnceMax = Math.max(atOnceMax, atOnce);
            const others = async () => (job.stalledCounter > 0 ? heldBeside(worker.id, job.id) : []);
            beside.push(...(await others()));
            await delay(5 + (job.data % 4) * 5);
            beside.push(...(await others()));
            done.push(job.data);
            atOnce--;
            if (done.length === jobs) finished.resolve();
          },
          async () => giveBackToFront(job, token, worker, redis),
        ),
      { ...shared, concurrency, autorun: false },
    );
    const isolation = new Isolation(worker);
    opened.defer(async () => worker.close());
    void worker.run();
  };
  startWorker();
  startWorker();
  await finished.promise;

  assert.deepEqual(
    done.toSorted((a, b) => a - b),
    Array.from({ length: jobs }, (_, index) => index),
  );
  assert.deepEqual(beside, [], 'locks that a worker held beside a suspect');
  assert.ok(atOnceMax > 1, 'studies that are no suspects share their worker');

  /** Jobs whose lock is this worker's, by what BullMQ keeps in Redis. */
  async function heldBeside(workerId: string, jobId: string | undefined): Promise<string[]> {
    const names = Array.from({ length: jobs }, (_, index) => `job-${index}`).filter((name) => name !== jobId);
    const locks = await redis.mget(names.map((name) => `${queue.toKey(name)}:lock`));
    return names.filter((_, index) => locks[index]?.startsWith(workerId));
  }
});
