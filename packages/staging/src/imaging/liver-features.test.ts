import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Volume } from '@hepastage/imaging';
import { liverFeatures } from './liver-features.ts';

/** A cube of 4 voxels a side, whose values are whole numbers times `slope`. */
function cube(slope: number): Volume {
  const dims = [4, 4, 4] as const;
  return {
    dims,
    spacing: [1, 1, 1],
    affine: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], // prettier-ignore
    affineSource: 'sform',
    orientation: 'RAS',
    data: Uint8Array.from({ length: 64 }, (_, n) => n + 1),
    slope,
    intercept: 0,
    encoding: 'uint8',
    findings: [],
  } as unknown as Volume;
}

test('features that a classifier can take are given', () => {
  assert.equal(liverFeatures(cube(1), cube(1)).original_firstorder_Maximum, 64);
});

test('features beyond float32 are none: a classifier would answer anything', () => {
  // Their squares overflow: 10³⁸ is the largest float32.
  assert.throws(() => liverFeatures(cube(1e20), cube(1)), {
    codeName: 'NO_FINITE_VOXELS',
    message: /features that are no finite numbers .*original_firstorder_Energy 8\.9\d*e\+44/,
  });
});
