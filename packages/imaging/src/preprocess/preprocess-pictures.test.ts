import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { preprocessing } from '../testing/preprocessing.ts';
import { type PictureStack, preprocessPictures } from './preprocess-pictures.ts';

const how = preprocessing({
  height: 4,
  width: 4,
  slices: 3,
  lowerPercentile: 0,
  upperPercentile: 100,
  liverMarginMm: 0,
});

/** Pictures of 8×8 pixels: `value(picture, row, column)`. */
function stackOf(pictures: number, value: (k: number, j: number, i: number) => number): PictureStack {
  const grey = Uint8Array.from({ length: pictures * 64 }, (_, n) => value(n >> 6, (n >> 3) & 7, n & 7));
  return { pictures, rows: 8, columns: 8, grey, liver: undefined };
}

const ramp = stackOf(6, (k, j, i) => 1 + k * 32 + j * 2 + i);

test('a picture is resized as a whole: a pixel is the mean of those it covers', () => {
  const { tensor, shape, intensity, grid } = preprocessPictures(ramp, how);
  assert.deepEqual(shape, [3, 3, 4, 4]);
  const { mean, std } = intensity;
  const pixel = (slice: number, channel: number, row: number, column: number): number =>
    tensor[((slice * 3 + channel) * 4 + row) * 4 + column]! * std + mean;
  for (const [row, column] of [
    [0, 0],
    [0, 3],
    [2, 1],
    [3, 3],
  ] as const) {
    const expected = 1 + 5 * 32 + (2 * row + 0.5) * 2 + 2 * column + 0.5;
    assert.ok(Math.abs(pixel(2, 1, row, column) - expected) < 1e-4, `row ${row}, column ${column}`);
  }
  assert.deepEqual(grid.zMm, [3, 9, 15]);
  assert.deepEqual(grid.positions, [0.2, 0.6, 1]);
});

test('channels are the pictures next to a slice, clamped to the stack', () => {
  const patientBesideAir = stackOf(6, (k, _, i) => (i < 4 ? 0 : 100 + k * 20));
  const { tensor, intensity } = preprocessPictures(patientBesideAir, how);
  const lastPixel = (plane: number): number => tensor[plane * 16 + 15]! * intensity.std + intensity.mean;
  const planes = Array.from({ length: 9 }, (_, n) => Math.round(lastPixel(n)));
  assert.deepEqual(planes, [100, 120, 140, 140, 160, 180, 180, 200, 200]);
});

test('the scale is that of a volume: of what is brighter than the mean', () => {
  const { intensity } = preprocessPictures(
    stackOf(3, (_, __, i) => [0, 100, 200][i % 3]!),
    how,
  );
  assert.deepEqual([intensity.lower, intensity.upper], [100, 200]);
});

test('with a mask the slices are of the liver, and what lies far from it is padding', () => {
  const liver = stackOf(6, (k, j, i) => (k >= 4 && j >= 2 && j <= 5 && i >= 0 && i <= 3 ? 255 : 0));
  const { tensor, region, grid, intensity } = preprocessPictures({ ...ramp, liver: liver.grey }, how);
  assert.equal(region, 'liver_mask');
  assert.deepEqual(grid.zMm, [12, 15]);
  assert.deepEqual(grid.positions, [0, 1]);
  const padding = Math.fround((intensity.lower - intensity.mean) / intensity.std);
  const kept = Array.from(tensor.subarray(16, 32), (value) => value !== padding);
  assert.deepEqual(kept, [5, 6, 9, 10].reduce((all, n) => all.with(n, true), Array<boolean>(16).fill(false))); // prettier-ignore
});

describe('pictures are refused', () => {
  test('without contrast', () => {
    assert.throws(
      () =>
        preprocessPictures(
          stackOf(3, () => 0),
          how,
        ),
      { codeName: 'CONSTANT_IMAGE' },
    );
  });
  test('with an empty mask', () => {
    const liver = new Uint8Array(ramp.grey.length);
    assert.throws(() => preprocessPictures({ ...ramp, liver }, how), { codeName: 'EMPTY_MASK' });
  });
});
