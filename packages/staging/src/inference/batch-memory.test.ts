import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { RunBatch } from './micro-batcher.ts';
import { batcherOf, encodeBatch, stackOf } from './testing/doubling-batcher.ts';

const full = { delayMsMax: 60_000 };

/** A device that holds batches of `slices` slices and no larger ones; how many slices each run had, and the most runs at once. */
function deviceOf(slices: number) {
  const runs: number[] = [];
  const device = { runs, atOnceMax: 0, meanwhile: async () => {} };
  let atOnce = 0;
  const run: RunBatch = async (batch, count) => {
    runs.push(count);
    device.atOnceMax = Math.max(device.atOnceMax, ++atOnce);
    await device.meanwhile();
    atOnce--;
    if (count > slices) throw noMemory();
    return encodeBatch(batch, count);
  };
  return Object.assign(device, { run });
}

const noMemory = () => new HepastageError(ErrorCode.OUT_OF_MEMORY, { what: 'there is not enough memory' });
const failsForMemory = { codeName: 'OUT_OF_MEMORY', retryable: true, httpStatus: 503 };

test('a batch that does not fit runs again in halves, and every study gets its own outputs in order', async () => {
  const device = deviceOf(3);
  const { batcher, reports, lowered } = batcherOf(device.run, { ...full, slicesMax: 9 });
  const [first, second] = await Promise.all([
    batcher.encode(stackOf(1, 2, 3, 4)),
    batcher.encode(stackOf(5, 6, 7, 8, 9)),
  ]);
  assert.deepEqual([...first.tokens], [2, 4, 6, 8]);
  assert.deepEqual([...second.evidence], [10, 12, 14, 16, 18]);
  assert.deepEqual(lowered, [5, 3]);
  assert.deepEqual(device.runs, [9, 5, 3, 3, 3]);
  assert.deepEqual(
    reports.map(({ jobs }) => jobs),
    [2, 2, 1, 2, 1],
  );
});

test('no later batch is larger than what fitted', async () => {
  const device = deviceOf(2);
  const { batcher, lowered } = batcherOf(device.run, { ...full, slicesMax: 4 });
  await batcher.encode(stackOf(1, 2, 3, 4));
  assert.equal(batcher.slicesMax, 2);
  device.runs.length = 0;
  const later = await batcher.encode(stackOf(5, 6, 7, 8, 9, 10));
  assert.deepEqual([...later.tokens], [10, 12, 14, 16, 18, 20]);
  assert.deepEqual(device.runs, [2, 2, 2]);
  assert.deepEqual(lowered, [2], 'once is enough');
});

test('two batches that fail at once halve the limit once, and their halves keep to two at once', async () => {
  const device = deviceOf(2);
  const bothUnderWay = Promise.withResolvers<void>();
  device.meanwhile = async () => {
    if (device.runs.length === 2) bothUnderWay.resolve();
    await bothUnderWay.promise;
  };
  const { batcher, lowered } = batcherOf(device.run, { ...full, slicesMax: 4 });
  const encoded = await batcher.encode(stackOf(1, 2, 3, 4, 5, 6, 7, 8));
  assert.deepEqual([...encoded.tokens], [2, 4, 6, 8, 10, 12, 14, 16]);
  assert.deepEqual(lowered, [2, 2]);
  assert.deepEqual(device.runs, [4, 4, 2, 2, 2, 2]);
  assert.equal(device.atOnceMax, 2);
});

test('a slice that does not fit alone fails its study with OUT_OF_MEMORY, and no other study', async () => {
  const large = 100;
  const { batcher, lowered } = batcherOf(
    async (batch, count) => {
      if (batch.includes(large)) throw noMemory();
      return encodeBatch(batch, count);
    },
    { ...full, slicesMax: 4 },
  );
  const failed = batcher.encode(stackOf(large, 1));
  const fine = batcher.encode(stackOf(2, 3));
  await assert.rejects(failed, failsForMemory);
  assert.deepEqual([...(await fine).tokens], [4, 6]);
  assert.deepEqual(lowered, [2, 1, 1]);
  assert.equal(batcher.slicesMax, 1);
  await assert.rejects(batcher.encode(stackOf(large)), failsForMemory);
  assert.deepEqual([...(await batcher.encode(stackOf(4))).tokens], [8], 'its places are free again');
});

test('halves of a study that was aborted meanwhile do not run', async () => {
  const device = deviceOf(2);
  const controller = new AbortController();
  device.meanwhile = async () => controller.abort(new Error('cancelled'));
  const { batcher } = batcherOf(device.run, { ...full, slicesMax: 4 });
  const aborted = batcher.encode(stackOf(1, 2, 3), controller.signal);
  const kept = batcher.encode(stackOf(4));
  await assert.rejects(aborted, { message: 'cancelled' });
  assert.deepEqual([...(await kept).tokens], [8]);
  assert.deepEqual(device.runs, [4, 1]);
});

test('any other failure is not tried again, and the limit stays', async () => {
  let runs = 0;
  const { batcher, lowered } = batcherOf(
    async () => {
      runs++;
      throw new HepastageError(ErrorCode.INFERENCE_FAILED, { what: 'the device is lost' });
    },
    { ...full, slicesMax: 4 },
  );
  await assert.rejects(batcher.encode(stackOf(1, 2, 3, 4)), { codeName: 'INFERENCE_FAILED' });
  assert.equal(runs, 1);
  assert.equal(batcher.slicesMax, 4);
  assert.deepEqual(lowered, []);
});
