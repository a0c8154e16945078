import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { createLogger, openStatusStore, openStudyQueue } from '@hepastage/platform';
import { StudyMetadata_Priority, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';
import { eventually } from '../../../tests/api/eventually.ts';
import { type RedisServer, startRedis } from '../../../tests/helpers/redis-server.ts';
import { StudyConsumer } from './study-consumer.ts';

let redis: RedisServer;
before(async () => {
  redis = await startRedis();
});
after(async () => redis.stop());

const { ROUTINE, STAT } = StudyMetadata_Priority;

/** A study queue of the test's own, and workers that only note what they are given. */
async function open() {
  await using opened = new AsyncDisposableStack();
  const logger = createLogger('test', 'silent');
  const target = { redisUrl: redis.url, redisPrefix: `{${randomUUID()}}`, logger };
  const studies = opened.adopt(await openStudyQueue(target), async (it) => it.close());
  const status = opened.adopt(await openStatusStore({ ...target, patience: 'wait' }), async (it) =>
    it.close(),
  );
  const running = opened.move();
  const worker = async (canary: boolean, jobsInFlight: number, work: () => Promise<void>) => {
    const begun: string[] = [];
    const seen = { begun, passedOn: 0 };
    const consumer = await StudyConsumer.start({
      ...target,
      status,
      canary,
      jobsInFlight,
      jobSecondsMax: 600,
      lockSeconds: 30,
      stalledMax: 3,
      retryHours: 24,
      jobAttempts: 3,
      work: async ({ jobId }) => {
        begun.push(jobId);
        await work();
        return { kind: 'dropped' };
      },
      onPassedOn: () => seen.passedOn++,
    });
    running.defer(async () => consumer.stop(0));
    return Object.assign(seen, { stop: async () => consumer.stop(0) });
  };
  const add = async (priority: StudyMetadata_Priority, model: string): Promise<string> => {
    const request = studyOf(priority, model);
    await studies.add(request);
    return request.jobId;
  };
  const lanes = async () => {
    const { waiting, prioritized, active, delayed } = (await studies.counts()).studies;
    return { stat: waiting, routine: prioritized, active, delayed };
  };
  return { studies, worker, add, lanes, [Symbol.asyncDispose]: async () => running.disposeAsync() };
}

const briefly = async () => delay(20);
/** So that canaries, which look twice a second, look often before all is done. */
const slowly = async () => delay(100);
const notAtAll = async () => undefined;

function studyOf(priority: StudyMetadata_Priority, model: string): StudyRequest {
  return create(StudyRequestSchema, {
    jobId: randomUUID(),
    tenant: 'default',
    metadata: { priority, model },
  });
}

test('beside a canary, studies that name a model keep their order and their lane while all other workers are busy', async () => {
  await using queue = await open();
  const released = Promise.withResolvers<void>();
  const stable = await queue.worker(false, 1, async () => released.promise);
  const first = await queue.add(ROUTINE, 'named');
  await eventually(async () => stable.begun.length, 1);

  const canary = await queue.worker(true, 4, notAtAll);
  const routine = [await queue.add(ROUTINE, 'named')];
  await eventually(async () => canary.passedOn, 1);
  for (let n = 0; n < 9; n++) routine.push(await queue.add(ROUTINE, 'named'));
  const urgent = [await queue.add(STAT, 'named'), await queue.add(STAT, 'named')];
  // Longer than it takes until the canary has looked twice.
  await delay(1_200);
  assert.deepEqual(await queue.lanes(), { stat: 2, routine: 10, active: 1, delayed: 0 });
  assert.equal(canary.passedOn, 1, 'while the next study is none for it, the canary takes none');

  released.resolve();
  await eventually(queue.lanes, { stat: 0, routine: 0, active: 0, delayed: 0 });
  assert.deepEqual(stable.begun, [first, ...urgent, ...routine]);
  assert.deepEqual(canary.begun, []);
});

test('canaries and a worker that has more than it can do: every study ends, those that name a model with the worker, and canaries have a share of the others', async () => {
  await using queue = await open();
  const canaries = [await queue.worker(true, 4, briefly), await queue.worker(true, 4, briefly)];
  const named: string[] = [];
  const unnamed: string[] = [];
  for (let n = 0; n < 120; n++) {
    // Most of the front name a model, most of the rest do not.
    const isNamed = n < 30 ? n % 10 !== 9 : n % 10 === 0;
    (isNamed ? named : unnamed).push(await queue.add(n % 7 === 0 ? STAT : ROUTINE, isNamed ? 'named' : ''));
  }
  const stable = await queue.worker(false, 2, slowly);
  await eventually(queue.lanes, { stat: 0, routine: 0, active: 0, delayed: 0 });

  const byCanaries = canaries.flatMap(({ begun }) => begun);
  assert.deepEqual([...stable.begun, ...byCanaries].toSorted(), [...named, ...unnamed].toSorted());
  assert.deepEqual(
    named.filter((id) => !stable.begun.includes(id)),
    [],
  );
  assert.ok(byCanaries.length > 0, 'a canary goes on as soon as another study is next');
});

test('canaries that are alone let a study that names a model wait where it is, and see when it is gone', async () => {
  await using queue = await open();
  const canaries = [await queue.worker(true, 2, notAtAll), await queue.worker(true, 2, notAtAll)];
  const named = await queue.add(STAT, 'named');
  await eventually(async () => canaries.some(({ passedOn }) => passedOn > 0), true);
  await queue.add(ROUTINE, '');
  await delay(1_200);
  assert.deepEqual(await queue.lanes(), { stat: 1, routine: 1, active: 0, delayed: 0 });
  for (const { passedOn } of canaries)
    assert.ok(passedOn <= 1, `${passedOn} times, without a reason to look`);
  assert.ok((await queue.studies.oldestAgeSeconds()) >= 1);

  // One that holds back stops as any other, and takes nothing after that.
  await canaries[0]!.stop();
  assert.equal(await queue.studies.remove(named), true);
  await eventually(queue.lanes, { stat: 0, routine: 0, active: 0, delayed: 0 });
  assert.deepEqual(
    canaries.map(({ begun }) => begun.length),
    [0, 1],
  );
});
