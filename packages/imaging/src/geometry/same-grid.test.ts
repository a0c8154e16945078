import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSameGrid } from './same-grid.ts';

const affine = [2, 0, 0, -90, 0, 2, 0, -80, 0, 0, 5, -70, 0, 0, 0, 1];
const image = { dims: [100, 80, 40], affine } as const;

test('rounding is the same grid', () => {
  assertSameGrid(image, { dims: [100, 80, 40], affine: affine.map((value) => value * (1 + 1e-6)) });
});

test('other dimensions are refused', () => {
  assert.throws(() => assertSameGrid(image, { dims: [100, 80, 39], affine }), {
    codeName: 'MASK_MISMATCH',
    message:
      'the mask has other dimensions than its image (expected 100×80×40, received 100×80×39); send a mask drawn on this very image',
  });
});

test('another place is refused', () => {
  const shifted = affine.with(3, -88);
  assert.throws(() => assertSameGrid(image, { dims: image.dims, affine: shifted }), {
    codeName: 'MASK_MISMATCH',
    message:
      'the mask lies elsewhere in the patient than its image (expected at most 0.1 mm apart, received 2.00 mm); send a mask drawn on this very image',
  });
});

test('a flip about the middle of the grid is refused', () => {
  const flipped = affine.with(0, -2).with(3, -90 + 2 * 99);
  assert.throws(() => assertSameGrid(image, { dims: image.dims, affine: flipped }), {
    codeName: 'MASK_MISMATCH',
  });
});
