import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { preprocessing } from '../testing/preprocessing.ts';
import { nativePlanesOf, slicePlanes, strideOf } from './planes.ts';
import type { Region } from './region.ts';

const axial = { dims: [4, 4, 10], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 100, 0, 0, 0, 1] } as const;

describe('native planes', () => {
  test('of an axial grid are its slices', () => {
    const { axis, stepMm, zMm, reversed } = nativePlanesOf(axial);
    assert.deepEqual([axis, stepMm, reversed], [2, 2, false]);
    assert.deepEqual([...zMm], [100, 102, 104, 106, 108, 110, 112, 114, 116, 118]);
  });

  test('of a coronal grid that runs downwards ascend all the same', () => {
    const coronal = { dims: [4, 3, 5], affine: [1, 0, 0, 0, 0, 0, 6, 0, 0, -1.5, 0, 9, 0, 0, 0, 1] } as const;
    const { axis, stepMm, zMm, reversed } = nativePlanesOf(coronal);
    assert.deepEqual([axis, stepMm, reversed], [1, 1.5, true]);
    assert.deepEqual([...zMm], [6, 7.5, 9]);
  });

  test('of a tilted grid are taken at the middle of its slices', () => {
    const tilted = {
      dims: [5, 5, 3],
      affine: [1, 0, 0, 0, 0, 0.8, -1.2, 0, 0, 0.6, 1.6, 0, 0, 0, 0, 1],
    } as const;
    const { axis, zMm } = nativePlanesOf(tilted);
    assert.equal(axis, 2);
    assert.deepEqual([...zMm], [1.2, 2.8, 4.4]);
  });
});

test('the stride rounds half up and is never 0', () => {
  const planes = nativePlanesOf(axial);
  const strides = [0, 1, 2.9, 3, 5, 8].map((mm) =>
    strideOf(planes, preprocessing({ minSliceSpacingMm: mm })),
  );
  assert.deepEqual(strides, [1, 1, 1, 2, 3, 4]);
});

describe('slices', () => {
  const planes = nativePlanesOf(axial);
  const choose = (low: number, high: number, stride: number, slices: number) =>
    slicePlanes(planes, region(low, high), stride, preprocessing({ slices }));

  test('are all planes of the region where they fit', () => {
    assert.deepEqual(choose(102, 110, 1, 8), [1, 2, 3, 4, 5]);
  });

  test('are spread evenly where they do not', () => {
    assert.deepEqual(choose(100, 118, 1, 4), [1, 3, 6, 8]);
    assert.deepEqual(choose(100, 118, 1, 1), [5]);
  });

  test('keep the stride', () => {
    assert.deepEqual(choose(100, 118, 3, 8), [1, 5, 8]);
  });

  test('are the nearest plane where the region holds none', () => {
    assert.deepEqual(choose(104.5, 105.4, 1, 8), [2]);
    assert.deepEqual(choose(-50, -40, 1, 8), [0]);
    assert.deepEqual(choose(500, 600, 1, 8), [9]);
  });

  test('are never closer than the stride, whatever the numbers', () => {
    for (let count = 1; count <= 10; count++) {
      for (let stride = 1; stride <= 5; stride++) {
        for (let slices = 1; slices <= 12; slices++) {
          const chosen = choose(100, 100 + 2 * (count - 1), stride, slices);
          assert.ok(chosen.length >= 1 && chosen.length <= slices);
          for (const [n, plane] of chosen.entries()) {
            assert.ok(plane >= 0 && plane < count);
            if (n > 0) assert.ok(plane - chosen[n - 1]! >= stride);
          }
        }
      }
    }
  });
});

function region(low: number, high: number): Region {
  return { kind: 'body', min: [0, 0, low], max: [0, 0, high] };
}
