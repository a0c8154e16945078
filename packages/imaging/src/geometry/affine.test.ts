import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { determinant, invert, transform } from './affine.ts';
import { obliquityDegrees, orientationOf, worldAxes } from './orientation.ts';

const skewed = [-1.1, 0.2, 0.05, 90.3, 0.2, 1.6, -0.3, -120.7, 0.03, 0.31, 4.2, -33.3, 0, 0, 0, 1];

test('the inverse undoes the affine', () => {
  const there = transform(skewed, [11, -7, 3]);
  const back = transform(invert(skewed), there);
  for (const [n, value] of [11, -7, 3].entries()) assert.ok(Math.abs(back[n]! - value) < 1e-12);
});

test('the determinant is the signed volume of a voxel', () => {
  assert.equal(determinant([2, 0, 0, 9, 0, 0, 3, 9, 0, 4, 0, 9, 0, 0, 0, 1]), -24);
});

describe('orientation', () => {
  const named: readonly [string, readonly number[]][] = [
    ['RAS', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]],
    ['LPS', [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]],
    ['LIP', [-1, 0, 0.1, 0, 0, 0.3, -5, 0, 0, -1.4, -1.8, 0, 0, 0, 0, 1]],
    ['ASL', [0, 0, -1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]],
  ];
  for (const [name, affine] of named) test(name, () => assert.equal(orientationOf(affine), name));

  test('every axis is named once, even between two', () => {
    const h = Math.SQRT1_2;
    const between = [h, h, 0, 0, -h, h, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    assert.deepEqual(new Set(worldAxes(between)), new Set([0, 1, 2]));
    assert.ok(Math.abs(obliquityDegrees(between) - 45) < 1e-9);
  });
});
