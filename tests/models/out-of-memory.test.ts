import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Sequence } from '@hepastage/proto';
import { loadModelPackage, StagingModel } from '@hepastage/staging';
import { hungryModel } from '../helpers/hungry-model.ts';

const shippedModel = fileURLToPath(new URL('../../models/phantom-light', import.meta.url));

test('studies whose common batch does not fit into memory are encoded as if it had', async () => {
  await using hungry = await hungryModel({ rows: 3 });
  const lowered: number[] = [];
  await using model = await startedModel(hungry.path, (_, slicesMax) => lowered.push(slicesMax));
  await using shipped = await startedModel(shippedModel);
  const { height, width } = sizeOf(model);
  const [one, other] = [patientOf(5, height, width), patientOf(7, height, width)];

  const encoded = await Promise.all([one, other].map(async (slices) => model.encode(Sequence.T1W, slices)));
  const expected = await Promise.all(
    [one, other].map(async (slices) => shipped.encode(Sequence.T1W, slices)),
  );
  assert.deepEqual(lowered, [6, 3]);
  assert.deepEqual(Object.fromEntries(model.batchSlicesMax), { [Sequence.T1W]: 3, [Sequence.T2W]: 12 });
  for (const [study, { slices, tokens, attention, evidence }] of encoded.entries()) {
    assert.equal(slices, expected[study]!.slices);
    assertClose(tokens, expected[study]!.tokens);
    assertClose(attention, expected[study]!.attention);
    assertClose(evidence, expected[study]!.evidence);
  }
});

test('not even one slice fits: every study fails as OUT_OF_MEMORY, and after three in a row the model is broken', async () => {
  await using hungry = await hungryModel({ rows: 0 });
  await using model = await startedModel(hungry.path);
  const { height, width } = sizeOf(model);
  const encode = async () => model.encode(Sequence.T1W, patientOf(12, height, width));
  const failure = { codeName: 'OUT_OF_MEMORY', retryable: true };
  await assert.rejects(encode, failure);
  await assert.rejects(encode, failure);
  await assert.rejects(encode, { codeName: 'NOT_READY' });
  assert.equal((await model.broken).codeName, 'NOT_READY');
});

test('batches that are too large for this device are found before the first study comes', async () => {
  await using hungry = await hungryModel({ rows: 4, brightness: 0 });
  await using model = await startedModel(hungry.path);
  assert.deepEqual(Object.fromEntries(model.batchSlicesMax), { [Sequence.T1W]: 3, [Sequence.T2W]: 12 });
});

async function startedModel(
  path: string,
  outOfMemory: (sequence: Sequence, slicesMax: number) => void = () => {},
) {
  const model = await StagingModel.start(await loadModelPackage(path), {
    providers: ['cpu'],
    threads: 1,
    batch: { slicesMax: 12, delayMsMax: 20 },
    observer: { batch: () => {}, inference: () => {}, outOfMemory },
  });
  return Object.assign(model, { [Symbol.asyncDispose]: async () => model.stop() });
}

function sizeOf({ manifest }: StagingModel) {
  const { height = 0, width = 0 } = manifest.sequences[0]?.preprocessing ?? {};
  return { height, width };
}

/** Slices that all differ, each with a pixel of 1. */
function patientOf(slices: number, height: number, width: number): Float32Array {
  const length = 3 * height * width;
  return Float32Array.from({ length: slices * length }, (_, at) =>
    at % length === 0 ? 1 : Math.sin(at * (1 + slices / 10)) / 2,
  );
}

/** The same sums in another order of rows: equal but for the last bits. */
function assertClose(actual: Float32Array, expected: Float32Array): void {
  assert.equal(actual.length, expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  const worst = actual.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at]!)), 0);
  assert.ok(worst <= 1e-5 * scale, `off by ${worst}, of values up to ${scale}`);
}
