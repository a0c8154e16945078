import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backProject, shareMarked } from '@hepastage/imaging';
import { liverInSlices } from './liver-in-slices.ts';

/** Two slices of 8 × 8 mm in a grid of 16 × 16 × 8 voxels of 1 mm, whose centre is the slices' own. */
const slices = {
  zMm: [-1, 1],
  positions: [0, 1],
  xMm: 3,
  yMm: 3,
  spacingMm: 2,
  height: 4,
  width: 4,
  sliceSpacingMm: 2,
};
const dims = [16, 16, 8] as const;
const target = { dims, affine: [-1, 0, 0, 7.5, 0, -1, 0, 7.5, 0, 0, 1, -3.5, 0, 0, 0, 1] as const };

function liver(isLiver: (i: number, j: number, k: number) => boolean): Uint8Array {
  const bits = new Uint8Array((16 * 16 * 8) / 8);
  for (let voxel = 0; voxel < 16 * 16 * 8; voxel++) {
    if (isLiver(voxel % 16, Math.floor(voxel / 16) % 16, Math.floor(voxel / 256)))
      bits[voxel >> 3]! |= 1 << (voxel & 7);
  }
  return bits;
}

test('only voxels that the slices reach count, of the liver and of all', () => {
  // The field is i and j from 4 to 11, k from 2 to 5: a quarter of it is liver, and much liver lies outside.
  const share = liverInSlices(
    slices,
    target,
    liver((i) => i < 6),
  );
  assert.ok(Math.abs(share! - 0.25) < 1e-6, `${share}`);
  assert.equal(
    liverInSlices(
      slices,
      target,
      liver(() => true),
    ),
    1,
  );
  assert.equal(
    liverInSlices(
      slices,
      target,
      liver((i) => i < 4),
    ),
    0,
  );
});

test('it is the share of heat in the liver if heat is the same everywhere', () => {
  const heat = backProject(
    { values: new Float32Array(2 * 3 * 5).fill(0.7), height: 3, width: 5 },
    slices,
    target,
  );
  const bits = liver((i, j, k) => (i * j + k) % 3 === 0);
  assert.ok(Math.abs(liverInSlices(slices, target, bits)! - shareMarked(heat, bits)!) < 1e-6);
});

test('slices beside the image reach nothing', () => {
  assert.equal(
    liverInSlices(
      { ...slices, xMm: 300 },
      target,
      liver(() => true),
    ),
    undefined,
  );
});
