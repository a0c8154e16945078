import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testLimits } from '../testing/limits.ts';
import { decodeNifti } from './decode.ts';
import { encodeNifti } from './encode.ts';

const affine = [-1.1, 0.2, 0.05, 90.3, 0.2, 1.6, -0.3, -120.7, 0.03, 0.31, 4.2, -33.3, 0, 0, 0, 1];
const grid = { dims: [4, 5, 6], affine } as const;

test('what was encoded is decoded on the same grid, to within half a step', () => {
  const values = Float32Array.from({ length: 120 }, (_, n) => n / 119);
  const volume = decodeNifti(encodeNifti(grid, values), testLimits);
  assert.deepEqual(volume.dims, grid.dims);
  assert.deepEqual(volume.affine.map(Math.fround), affine.map(Math.fround));
  for (const [n, stored] of volume.data.entries()) {
    assert.ok(Math.abs(stored * volume.slope - values[n]!) <= 0.5 / 255 + 1e-6);
  }
});

test('values beyond 0 and 1 are clipped', () => {
  const { data } = decodeNifti(encodeNifti(grid, new Float32Array(120).fill(-3).fill(7, 60)), testLimits);
  assert.deepEqual([data[0], data[119]], [0, 255]);
});

test('another number of values than voxels is refused', () => {
  assert.throws(() => encodeNifti(grid, new Float32Array(3)), new RangeError('3 values for 120 voxels'));
});
