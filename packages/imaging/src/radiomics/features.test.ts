import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { acquire, ballInBody, centredAffine, type Scene } from '../testing/scene.ts';
import type { Triple, Volume } from '../volume.ts';
import { radiomicsFeatures } from './features.ts';
import { shapeFeatureNames, type ShapeFeatures } from './shape-features.ts';

const spacing = [0.8, 1.5, 4] as const;
const [s1, s2, s3] = spacing;
const affine = (dims: Triple) =>
  centredAffine(dims, [
    [s1, 0, 0],
    [0, s2, 0],
    [0, 0, s3],
  ]);

function maskOf(dims: Triple, isMarked: Scene): Volume {
  return acquire(isMarked, dims, affine(dims), 'mask');
}

/** 1 less than half of `voxels` steps from the middle, else 0. */
function within(value: number, step: number, voxels: number): number {
  return Number(Math.abs(value) < (step * voxels) / 2);
}

/** Axis length of `voxels` centres in a row. */
function axis(voxels: number, step: number): number {
  return 4 * step * Math.sqrt((voxels ** 2 - 1) / 12);
}

describe('a box of 8 × 6 × 4 voxels', () => {
  const dims = [12, 10, 8] as const;
  const mask = maskOf(dims, (x, y, z) => within(x, s1, 8) * within(y, s2, 6) * within(z, s3, 4));
  const image = acquire((x, y, z) => 100 + x + y + z, dims, affine(dims));
  // The mesh is the box of the voxel centres, a × b × c, grown by the octahedron of half the voxel's sides (their Minkowski sum).
  const [a, b, c] = [7 * s1, 5 * s2, 3 * s3];
  const [h1, h2, h3] = [s1 / 2, s2 / 2, s3 / 2];
  const volume =
    a * b * c +
    2 * (a * b * h3 + a * c * h2 + b * c * h1) +
    2 * (a * h2 * h3 + b * h1 * h3 + c * h1 * h2) +
    (4 / 3) * h1 * h2 * h3;
  const area =
    2 * (a * b + a * c + b * c) +
    4 * (a * Math.hypot(h2, h3) + b * Math.hypot(h1, h3) + c * Math.hypot(h1, h2)) +
    4 * Math.hypot(h1 * h2, h1 * h3, h2 * h3);
  const expected: ShapeFeatures = {
    MeshVolume: volume,
    SurfaceArea: area,
    SurfaceVolumeRatio: area / volume,
    Sphericity: (36 * Math.PI * volume ** 2) ** (1 / 3) / area,
    VoxelVolume: 8 * 6 * 4 * s1 * s2 * s3,
    Maximum3DDiameter: Math.hypot(a, b, c + s3),
    Maximum2DDiameterSlice: Math.hypot(a, b + s2),
    Maximum2DDiameterColumn: Math.hypot(a, c + s3),
    Maximum2DDiameterRow: Math.hypot(b, c + s3),
    MajorAxisLength: axis(4, s3),
    MinorAxisLength: axis(6, s2),
    LeastAxisLength: axis(8, s1),
    Elongation: axis(6, s2) / axis(4, s3),
    Flatness: axis(8, s1) / axis(4, s3),
  };
  const found = radiomicsFeatures(image, mask);
  for (const name of shapeFeatureNames) {
    test(name, () => assertRelative(found[`original_shape_${name}`], expected[name], 1e-6));
  }

  test('there are 32 features, and those of intensity are of the values within', () => {
    assert.equal(Object.keys(found).length, 32);
    assertRelative(found.original_firstorder_Mean, 100, 1e-6);
    assertRelative(found.original_firstorder_Range, a + b + c, 1e-5);
  });
});

test('a ball is as large as a ball, and round', () => {
  const dims = [52, 52, 52] as const;
  const cubic = centredAffine(dims, [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
  const radius = 24;
  const mask = acquire((x, y, z) => Number(Math.hypot(x, y, z) <= radius), dims, cubic, 'mask');
  const found = radiomicsFeatures(acquire(ballInBody, dims, cubic), mask);
  const of = (name: keyof ShapeFeatures) => found[`original_shape_${name}`];
  assertRelative(of('MeshVolume'), (4 / 3) * Math.PI * radius ** 3, 0.01);
  assertRelative(of('Maximum3DDiameter'), 2 * radius, 0.02);
  // λ of a ball is r²/5.
  assertRelative(of('LeastAxisLength'), (4 * radius) / Math.sqrt(5), 0.005);
  assertRelative(of('Elongation'), 1, 1e-9);
  // The mesh of a binary mask is stepped: its area is some 9 % above the ball's, at any size.
  assertRelative(of('SurfaceArea'), 1.09 * 4 * Math.PI * radius ** 2, 0.01);
});

test('voxels that are not finite are no values', () => {
  const dims = [6, 6, 6] as const;
  const mask = maskOf(dims, () => 1);
  const image = acquire((x, y) => (x < 0 ? Number.NaN : 50 + Number(y > 0)), dims, affine(dims));
  const found = radiomicsFeatures(image, mask);
  assert.equal(found.original_firstorder_Minimum, 50);
  assert.equal(found.original_firstorder_Energy, 54 * 50 ** 2 + 54 * 51 ** 2);
});

test('four voxels in the corners of a large flat grid cost little more than their box', () => {
  const [ni, nj, nk] = [1800, 1800, 3];
  const slice = ni * nj;
  const data = new Uint8Array(slice * nk);
  for (const at of [0, ni - 1, slice - ni, slice - 1]) data[slice + at] = 1;
  const mask: Volume = { ...maskOf([6, 6, 6], () => 1), data, dims: [ni, nj, nk] };
  const before = memory();
  const found = radiomicsFeatures(mask, mask);
  const more = memory() - before;
  const box = (ni + 2) * (nj + 2) * 3;
  assert.ok(more < 2 * box, `${more} bytes more for a box of ${box}`);
  // From edge to edge of the octahedra around the voxels in opposite corners.
  const [x, y] = [(ni - 1) * s1, (nj - 1) * s2];
  assertRelative(
    found.original_shape_Maximum3DDiameter,
    Math.max(Math.hypot(x + s1, y), Math.hypot(x, y + s2)),
    1e-6,
  );
});

describe('there are no features', () => {
  const dims = [6, 6, 6] as const;
  const image = acquire((x, y, z) => x + y + z, dims, affine(dims));

  test('of a line of voxels', () => {
    const line = maskOf(dims, (x, y) => Number(Math.abs(x) < s1 && x > 0 && y > 0 && y < s2));
    assert.throws(() => radiomicsFeatures(image, line), {
      codeName: 'EMPTY_MASK',
      message: /no more than a line of voxels.*received 1×1×6 voxels/,
    });
  });

  test('of a mask that reaches through too large a volume', () => {
    const [ni, nj, nk] = [2 ** 13, 2 ** 13, 1];
    const data = new Uint8Array(ni * nj * nk);
    data[0] = data[data.length - 1] = 1;
    const large: Volume = { ...maskOf(dims, () => 1), data, dims: [ni, nj, nk] };
    assert.throws(() => radiomicsFeatures(large, large), {
      codeName: 'TOO_MANY_VOXELS',
      message: /reaches too far .*received 8194×8194×3/,
    });
  });

  test('of a mask on another grid', () => {
    const other = maskOf([6, 6, 5], () => 1);
    assert.throws(() => radiomicsFeatures(image, other), { codeName: 'MASK_MISMATCH' });
  });
});

function assertRelative(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual} is not ${expected}`);
}

/** Bytes that JavaScript holds, rubbish included. */
function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
