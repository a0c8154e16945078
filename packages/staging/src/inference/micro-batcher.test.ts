import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchSlots } from './batch-slots.ts';
import { MicroBatcher } from './micro-batcher.ts';
import { batcherOf, encodeBatch, sliceLength, stackOf } from './testing/doubling-batcher.ts';

const unobserved = { batch: () => {}, outOfMemory: () => {} };

test('slices of several studies share a batch, and each study gets its own outputs back', async () => {
  const { batcher, reports } = batcherOf(async (slices, count) => encodeBatch(slices, count), {
    slicesMax: 5,
    delayMsMax: 60_000,
  });
  const [first, second] = await Promise.all([
    batcher.encode(stackOf(1, 2)),
    batcher.encode(stackOf(3, 4, 5)),
  ]);
  assert.deepEqual([...first.tokens], [2, 4]);
  assert.deepEqual([...second.tokens], [6, 8, 10]);
  assert.deepEqual(reports, [{ slices: 5, jobs: 2 }]);
});

test('a study larger than a batch spans several and comes back whole', async () => {
  const { batcher, reports } = batcherOf(async (slices, count) => encodeBatch(slices, count), {
    slicesMax: 2,
    delayMsMax: 1,
  });
  const encoded = await batcher.encode(stackOf(1, 2, 3, 4, 5));
  assert.deepEqual([...encoded.evidence], [2, 4, 6, 8, 10]);
  assert.equal(encoded.slices, 5);
  assert.deepEqual(
    reports.map(({ slices }) => slices),
    [2, 2, 1],
  );
});

test('a batch that is not full leaves when its oldest slice has waited long enough', async () => {
  const { batcher, reports } = batcherOf(async (slices, count) => encodeBatch(slices, count), {
    slicesMax: 100,
    delayMsMax: 5,
  });
  assert.deepEqual([...(await batcher.encode(stackOf(7))).tokens], [14]);
  assert.deepEqual(reports, [{ slices: 1, jobs: 1 }]);
});

test('while batches run, what arrives gathers for the next', async () => {
  const gate = Promise.withResolvers<void>();
  const { batcher, reports } = batcherOf(
    async (slices, count) => {
      await gate.promise;
      return encodeBatch(slices, count);
    },
    { slicesMax: 4, delayMsMax: 0 },
  );
  const studies = [1, 2, 3, 4, 5].map(async (value) => batcher.encode(stackOf(value)));
  gate.resolve();
  const tokens = (await Promise.all(studies)).map((encoded) => encoded.tokens[0]);
  assert.deepEqual(tokens, [2, 4, 6, 8, 10]);
  assert.deepEqual(
    reports.map(({ jobs }) => jobs),
    [1, 1, 3],
  );
});

test('an aborted study leaves the queue, and the others go on', async () => {
  const { batcher, reports } = batcherOf(async (slices, count) => encodeBatch(slices, count), {
    slicesMax: 4,
    delayMsMax: 20,
  });
  const controller = new AbortController();
  const aborted = batcher.encode(stackOf(1, 2), controller.signal);
  const kept = batcher.encode(stackOf(3));
  controller.abort(new Error('cancelled'));
  await assert.rejects(aborted, { message: 'cancelled' });
  assert.deepEqual([...(await kept).tokens], [6]);
  assert.deepEqual(reports, [{ slices: 1, jobs: 1 }]);
});

test('a failed batch fails its own studies only', async () => {
  let runs = 0;
  const { batcher } = batcherOf(
    async (slices, count) => {
      if (runs++ === 0) throw new Error('the device is lost');
      return encodeBatch(slices, count);
    },
    { slicesMax: 1, delayMsMax: 0 },
  );
  const failed = batcher.encode(stackOf(1));
  const fine = batcher.encode(stackOf(2));
  await assert.rejects(failed, { message: 'the device is lost' });
  assert.deepEqual([...(await fine).tokens], [4]);
});

test('batchers share the engine’s places: who has waited longest goes first', async () => {
  const slots = new BatchSlots(1);
  const order: string[] = [];
  const batcherNamed = (name: string) =>
    new MicroBatcher(
      async (slices, count) => {
        order.push(name);
        return encodeBatch(slices, count);
      },
      sliceLength,
      { limits: { slicesMax: 1, delayMsMax: 0 }, slots, observer: unobserved },
    );
  const [one, other] = [batcherNamed('one'), batcherNamed('other')];
  await Promise.all([one.encode(stackOf(1, 2)), other.encode(stackOf(3, 4))]);
  assert.deepEqual(order, ['one', 'one', 'other', 'other']);
});

test('a place that a cancelled study leaves goes to the next in line', async () => {
  const slots = new BatchSlots(1);
  const order: string[] = [];
  const running = Promise.withResolvers<void>();
  const batcherNamed = (name: string) =>
    new MicroBatcher(
      async (slices, count) => {
        order.push(name);
        if (name === 'busy') await running.promise;
        return encodeBatch(slices, count);
      },
      sliceLength,
      { limits: { slicesMax: 1, delayMsMax: 60_000 }, slots, observer: unobserved },
    );
  const [busy, cancelled, last] = ['busy', 'cancelled', 'last'].map(batcherNamed);
  const leaving = new AbortController();
  const first = busy!.encode(stackOf(1));
  const dropped = cancelled!.encode(stackOf(2), leaving.signal);
  const second = last!.encode(stackOf(3));
  leaving.abort();
  await assert.rejects(dropped, { name: 'AbortError' });
  running.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(order, ['busy', 'last']);
});
