import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { leakingNothing } from '../../../../tests/helpers/leaks.ts';
import { type RedisServer, startLocalRedis, startRedis } from '../../../../tests/helpers/redis-server.ts';
import { createLogger } from '../logger.ts';
import type { Arrival, Arrivals, OnQuiet } from './arrivals.ts';
import { openArrivals } from './redis-arrivals.ts';

const quietMs = 300;
const minute = 60_000;
let redis: RedisServer;

before(async () => {
  redis = await startRedis();
});
after(async () => redis.stop());

/** A replica's arrivals under keys of their own; it looks after quiet studies where `onQuiet` is given. */
async function replica(
  opened: AsyncDisposableStack,
  prefix: string,
  { onQuiet, quiet = quietMs }: { onQuiet?: OnQuiet; quiet?: number } = {},
): Promise<Arrivals> {
  const arrivals = await openArrivals({
    redisUrl: redis.url,
    redisPrefix: prefix,
    quietMs: quiet,
    logger: createLogger('test', 'silent'),
  });
  opened.defer(async () => arrivals.shutDown());
  if (onQuiet !== undefined) await arrivals.closeQuiet(onQuiet);
  return arrivals;
}

const freshPrefix = () => `${redis.prefix}:${randomUUID()}`;
const freshStudy = () => ({ tenant: 'default', studyInstanceUid: `2.25.${Date.now()}` });

/** A replica, and a study that requests come with. */
async function arriving(opened: AsyncDisposableStack) {
  const prefix = freshPrefix();
  const arrivals = await replica(opened, prefix);
  const study = freshStudy();
  const enter = async (id: string) => arrivals.enter(study, randomUUID(), { id, msMax: minute });
  return { prefix, arrivals, study, enter };
}

/** Remembers who was closed, and when. */
function recorder() {
  const closed: { arrival: Arrival; said: string; at: number }[] = [];
  const first = Promise.withResolvers<void>();
  const onQuiet: OnQuiet = async (arrival, said) => {
    closed.push({ arrival, said, at: Date.now() });
    first.resolve();
  };
  return { closed, onQuiet, first: first.promise };
}

async function keysOf(prefix: string, pattern: RegExp): Promise<string[]> {
  const client = new Redis(redis.url);
  try {
    return (await client.keys(`${prefix.replaceAll(/[{}]/g, '\\$&')}*`)).filter((key) => pattern.test(key));
  } finally {
    client.disconnect();
  }
}

test(
  'however many come and go in quick succession, the study is closed once, a quiet period after the last',
  leakingNothing(async () => {
    await using opened = new AsyncDisposableStack();
    const prefix = freshPrefix();
    const { closed, onQuiet, first } = recorder();
    const replicas = await Promise.all([
      replica(opened, prefix, { onQuiet }),
      replica(opened, prefix, { onQuiet }),
    ]);
    const study = freshStudy();
    const jobIds = new Set<string>();
    let last = 0;
    // For longer than two quiet periods, so that the alarm rings in between.
    for (let n = 0; n < 40; n++) {
      const arrivals = replicas[n % 2]!;
      const arrival = await arrivals.enter(study, randomUUID(), { id: `${n}`, msMax: minute });
      jobIds.add(arrival.jobId);
      await delay(20);
      last = Date.now();
      assert.equal(await arrivals.leave(arrival, `${n}`), 'open');
    }
    assert.equal(jobIds.size, 1);
    assert.equal((await keysOf(prefix, /:queue:arrivals:[0-9a-f-]{36}$/)).length, 1, 'one alarm');
    await first;
    assert.ok(closed[0]!.at >= last + quietMs, `${closed[0]!.at - last} ms after the last`);
    await noAlarm(prefix);
    assert.deepEqual(
      closed.map(({ arrival, said }) => [arrival.jobId, said]),
      [[...jobIds, '']],
    );
    assert.deepEqual(await keysOf(prefix, /:arrival:/), []);
  }),
);

test('a study is not closed while somebody is bringing instances, by name or by its alarm', async () => {
  await using opened = new AsyncDisposableStack();
  const { closed, onQuiet, first } = recorder();
  const arrivals = await replica(opened, freshPrefix(), { onQuiet, quiet: 50 });
  const study = freshStudy();
  const slow = await arrivals.enter(study, randomUUID(), { id: 'slow', msMax: minute });
  const quick = await arrivals.enter(study, randomUUID(), { id: 'quick', msMax: minute });
  await arrivals.leave(quick, 'quick');
  // Several alarms long.
  await delay(400);
  assert.deepEqual(await arrivals.close(study, ''), { kind: 'busy' });
  assert.equal(closed.length, 0);
  const left = Date.now();
  assert.equal(await arrivals.leave(slow, 'slow'), 'open');
  await first;
  assert.ok(closed[0]!.at >= left + 50);
});

test('whoever never leaves counts as gone in the end, and learns it when it leaves after all', async () => {
  await using opened = new AsyncDisposableStack();
  const prefix = freshPrefix();
  const arrivals = await replica(opened, prefix);
  const study = freshStudy();
  const arrival = await arrivals.enter(study, randomUUID(), { id: 'dead', msMax: 1 });
  await delay(5);
  const { jobId } = arrival;
  assert.deepEqual(await arrivals.close(study, 'so'), { kind: 'closed', jobId, said: 'so' });
  assert.equal(await arrivals.leave(arrival, 'dead'), 'closed');
  await arrivals.settle(arrival);
  assert.equal(await arrivals.leave(arrival, 'dead'), 'absent');
  assert.deepEqual(await keysOf(prefix, /:arrival:/), []);
});

test('nobody joins an arrival that is being closed: closing is one step', async () => {
  await using opened = new AsyncDisposableStack();
  const prefix = freshPrefix();
  const [coming, closing] = [await replica(opened, prefix), await replica(opened, prefix)];
  const seen = { busy: 0, closed: 0 };
  for (let n = 0; n < 200; n++) {
    const study = { ...freshStudy(), studyInstanceUid: `2.25.${n}` };
    const opening = await coming.enter(study, randomUUID(), { id: 'first', msMax: minute });
    await coming.leave(opening, 'first');
    // In either order.
    const enter = async () => coming.enter(study, randomUUID(), { id: 'second', msMax: minute });
    const close = async () => closing.close(study, '');
    const [joined, outcome] =
      n % 2 === 0
        ? await Promise.all([enter(), close()])
        : ((await Promise.all([close(), enter()])).toReversed() as [
            Arrival,
            Awaited<ReturnType<typeof close>>,
          ]);
    assert.notEqual(outcome.kind, 'absent');
    const isSame = joined.jobId === opening.jobId;
    assert.equal(outcome.kind, isSame ? 'busy' : 'closed');
    seen[isSame ? 'busy' : 'closed'] += 1;
  }
  assert.equal(seen.busy + seen.closed, 200);
});

test('what was said of a study is kept until what follows is done, and so is that it was closed', async () => {
  await using opened = new AsyncDisposableStack();
  const { closed, onQuiet, first } = recorder();
  const prefix = freshPrefix();
  const arrivals = await replica(opened, prefix);
  const study = freshStudy();
  const arrival = await arrivals.enter(study, randomUUID(), { id: 'a', msMax: minute });
  await arrivals.leave(arrival, 'a');
  const { jobId } = arrival;
  assert.deepEqual(await arrivals.close(study, 'mine'), { kind: 'closed', jobId, said: 'mine' });
  // Said again because the answer was lost: as it was said first.
  assert.deepEqual(await arrivals.close(study, 'yours'), { kind: 'closed', jobId, said: 'mine' });
  // Whoever said it died; its alarm still rings.
  await replica(opened, prefix, { onQuiet });
  await first;
  assert.deepEqual([closed[0]?.arrival, closed[0]?.said], [arrival, 'mine']);
  await noAlarm(prefix);
  assert.deepEqual(await arrivals.close(study, ''), { kind: 'absent' });
});

test('an arrival that could not be closed is tried again, by one replica at a time', async () => {
  await using opened = new AsyncDisposableStack();
  const prefix = freshPrefix();
  const running = { now: 0, most: 0, calls: 0 };
  const done = Promise.withResolvers<void>();
  const onQuiet: OnQuiet = async () => {
    running.now += 1;
    running.calls += 1;
    running.most = Math.max(running.most, running.now);
    await delay(50);
    running.now -= 1;
    if (running.calls < 6) throw new Error('the store is away');
    done.resolve();
  };
  const arrivals = await replica(opened, prefix, { onQuiet, quiet: 20 });
  await replica(opened, prefix, { onQuiet, quiet: 20 });
  const study = freshStudy();
  const arrival = await arrivals.enter(study, randomUUID(), { id: 'a', msMax: minute });
  await arrivals.leave(arrival, 'a');
  await done.promise;
  await noAlarm(prefix);
  assert.deepEqual([running.most, running.calls], [1, 6]);
  assert.deepEqual(await arrivals.close(study, ''), { kind: 'absent' });
});

test('instances that come after a study was closed or erased open another job', async () => {
  await using opened = new AsyncDisposableStack();
  const { prefix, arrivals, study, enter } = await arriving(opened);
  const first = await enter('a');
  await arrivals.leave(first, 'a');
  await arrivals.close(study, '');
  const second = await enter('b');
  assert.notEqual(second.jobId, first.jobId);
  // While it is being brought.
  await arrivals.abandon(second);
  const third = await enter('c');
  assert.notEqual(third.jobId, second.jobId);
  assert.equal(await arrivals.leave(second, 'b'), 'absent');
  // Long gone: the one that is there now is another's.
  await arrivals.abandon(second);
  assert.deepEqual(await arrivals.close(study, ''), { kind: 'busy' });
  await arrivals.abandon(third);
  await arrivals.abandon(first);
  assert.deepEqual(await keysOf(prefix, /:arrival:|:arrivals:[0-9a-f-]{36}/), [], 'nothing is left of any');
});

test('whoever names a job closes no arrival but its own, and only after the quiet period', async () => {
  await using opened = new AsyncDisposableStack();
  const { arrivals, study, enter } = await arriving(opened);
  const first = await enter('a');
  assert.deepEqual(await arrivals.closeIfQuiet(first, 0), { kind: 'busy' });
  await arrivals.leave(first, 'a');
  assert.deepEqual(await arrivals.closeIfQuiet(first, minute), { kind: 'busy' }, 'it left a moment ago');
  await arrivals.close(study, 'mine');
  const second = await enter('b');
  await arrivals.leave(second, 'b');
  const { jobId } = first;
  assert.deepEqual(await arrivals.closeIfQuiet(first, 0), { kind: 'closed', jobId, said: 'mine' });
  await arrivals.settle(first);
  assert.deepEqual(await arrivals.closeIfQuiet(first, 0), { kind: 'absent' });
  assert.equal((await enter('c')).jobId, second.jobId);
});

test('an arrival that Redis has lost is closed all the same, once', async () => {
  await using opened = new AsyncDisposableStack();
  const prefix = freshPrefix();
  const { closed, onQuiet, first } = recorder();
  const arrivals = await replica(opened, prefix, { onQuiet });
  const [lost, erased] = [freshStudy(), freshStudy()].map((study) => ({ ...study, jobId: randomUUID() }));
  await arrivals.closeLost(erased!);
  await arrivals.abandon(erased!);
  await Promise.all([arrivals.closeLost(lost!), arrivals.closeLost(lost!)]);
  await first;
  await noAlarm(prefix);
  assert.deepEqual(
    closed.map(({ arrival, said }) => [arrival, said]),
    [[lost, '']],
  );
});

test(
  'without its Redis nothing can arrive, and a replica still ends',
  leakingNothing(async () => {
    await using own = await startLocalRedis();
    const arrivals = await openArrivals({
      redisUrl: own.url,
      redisPrefix: own.prefix,
      quietMs,
      logger: createLogger('test', 'silent'),
    });
    await arrivals.closeQuiet(async () => undefined);
    await own.stop();
    const unavailable = { codeName: 'QUEUE_UNAVAILABLE' };
    const study = freshStudy();
    await assert.rejects(arrivals.enter(study, randomUUID(), { id: 'a', msMax: minute }), unavailable);
    await assert.rejects(arrivals.close(study, ''), unavailable);
    await arrivals.shutDown();
  }),
);

/** Until no alarm is left under `prefix`: nothing can be closed any more. */
async function noAlarm(prefix: string): Promise<void> {
  while ((await keysOf(prefix, /:queue:arrivals:[0-9a-f-]{36}/)).length > 0) await delay(20);
}
