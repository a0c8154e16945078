import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { StudyMetadata_Priority, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../../../../tests/helpers/redis-server.ts';
import { createLogger } from '../logger.ts';
import { openStudyQueue } from './bullmq-study-queue.ts';
import { giveBack, giveBackToFront } from './give-back.ts';
import { queueName, queuePrefix } from './queue-contract.ts';

let redis: RedisServer;
before(async () => {
  redis = await startRedis();
});
after(async () => redis.stop());

/** A study queue of the test's own, BullMQ's view of it, and a worker that takes jobs when it is told. */
async function open() {
  const prefix = `{${randomUUID()}}`;
  const studies = await openStudyQueue({
    redisUrl: redis.url,
    redisPrefix: prefix,
    logger: createLogger('test', 'silent'),
  });
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  const raw = new Queue(queueName, { connection, prefix: queuePrefix(prefix) });
  const worker = new Worker(queueName, null, { connection, prefix: queuePrefix(prefix) });
  return {
    studies,
    raw,
    redis: connection,
    take: async () => worker.getNextJob('a token'),
    [Symbol.asyncDispose]: async () => {
      await worker.close();
      await raw.close();
      await studies.close();
      connection.disconnect();
    },
  };
}

function study(priority: StudyMetadata_Priority): StudyRequest {
  return create(StudyRequestSchema, { jobId: randomUUID(), tenant: 'default', metadata: { priority } });
}

const { STAT, ROUTINE } = StudyMetadata_Priority;

test('studies have those of their lane before them that came earlier, and routine ones all STAT ones', async () => {
  await using queue = await open();
  const { studies } = queue;
  const ids: string[] = [];
  for (const priority of [ROUTINE, ROUTINE, STAT, STAT, ROUTINE]) {
    const request = study(priority);
    ids.push(request.jobId);
    await studies.add(request);
  }
  const absent = randomUUID();
  const ahead = async () => {
    const { places, inHand } = await studies.outlook([...ids, absent]);
    return [inHand, ...[...ids, absent].map((id) => places.get(id)?.ahead)];
  };
  assert.deepEqual(await ahead(), [0, 2, 3, 0, 1, 4, undefined]);
  // What workers take agrees.
  for (const expected of [ids[2], ids[3], ids[0], ids[1], ids[4]]) {
    const { places } = await studies.outlook(ids);
    const next = [...places].filter(([, place]) => place.ahead === 0).map(([id]) => id);
    assert.deepEqual(next, [expected]);
    assert.equal((await queue.take()).id, expected);
  }
  assert.deepEqual(await ahead(), [5, undefined, undefined, undefined, undefined, undefined, undefined]);
});

test('one that is given back to the front is the next, one that is put off has its time', async () => {
  await using queue = await open();
  const { studies } = queue;
  const [first, second, third] = [study(ROUTINE), study(ROUTINE), study(STAT)];
  for (const request of [first, second]) await studies.add(request);
  const taken = await queue.take();
  await studies.add(third);
  await assert.rejects(giveBackToFront(taken, 'a token', queue.raw, queue.redis));
  const front = await studies.outlook([first.jobId, second.jobId, third.jobId]);
  const next = await queue.take();
  assert.equal(front.places.get(next.id!)?.ahead, 0);

  const dueMs = Date.now() + 60_000;
  await assert.rejects(giveBack(next, 'a token', 60_000));
  const { places, inHand } = await studies.outlook([next.id!]);
  assert.equal(inHand, 0);
  const place = places.get(next.id!)!;
  assert.equal(place.ahead, 2);
  assert.ok(Math.abs(place.dueMs! - dueMs) < 5_000);
});

test('a lane that is deeper than is searched: the last is still among the last', async () => {
  await using queue = await open();
  const requests = Array.from({ length: 1_003 }, () => study(STAT));
  await Promise.all(requests.map(async (request) => queue.studies.add(request)));
  const waiting = (await queue.raw.getWaiting()).map(({ id }) => id!);
  const { places } = await queue.studies.outlook(waiting);
  // The oldest is first in BullMQ's own list, too.
  assert.deepEqual(
    [0, 500, 999].map((n) => places.get(waiting[n]!)?.ahead),
    [0, 500, 999],
  );
  assert.equal(places.get(waiting[1_002]!)?.ahead, 1_002);
});

test('it says that an operator has stopped the queue', async () => {
  await using queue = await open();
  await queue.raw.pause();
  assert.equal((await queue.studies.outlook([])).isPaused, true);
  await queue.raw.resume();
  assert.equal((await queue.studies.outlook([])).isPaused, false);
});
