import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUpright, planesOf } from './planes.ts';

test('an axial volume stored towards left, posterior, superior has the identity’s directions', () => {
  const affine = [-0.7, 0, 0, 90, 0, -0.8, 0, 60, 0, 0, 4.5, -100, 0, 0, 0, 1];
  assert.deepEqual(planesOf({ affine, dims: [3, 2, 2] }), {
    orientation: [1, 0, 0, 0, 1, 0],
    // Between rows, then between columns.
    pixelSpacingMm: [0.8, 0.7],
    sliceSpacingMm: 4.5,
    positionsMm: [
      [-90, -60, -100],
      [-90, -60, -95.5],
    ],
  });
});

test('slices that are shifted against each other keep their places', () => {
  const affine = [-1, 0, 0.5, 0, 0, -1, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1];
  const { positionsMm, sliceSpacingMm } = planesOf({ affine, dims: [2, 2, 2] });
  assert.deepEqual(positionsMm[1], [-0.5, 0, 4]);
  assert.equal(sliceSpacingMm, 4);
});

test('directions are perpendicular where the affine nearly is', () => {
  const affine = [1, 5e-4, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = planesOf({ affine, dims: [2, 2, 2] }).orientation;
  assert.ok(Math.abs(a * d + b * e + c * f) < 1e-15);
});

test('sheared pixels are refused, and so is a broken affine', () => {
  const sheared = [1, 0.2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const flat = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  for (const affine of [sheared, flat]) {
    assert.equal(isUpright({ affine }), false);
    assert.throws(() => planesOf({ affine, dims: [2, 2, 2] }), {
      message: /the rows and columns of the image are not perpendicular/,
    });
  }
});
