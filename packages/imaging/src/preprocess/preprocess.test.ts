import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { transform } from '../geometry/affine.ts';
import type { Triple } from '../volume.ts';
import { acquire, ballInBody, ballMask, centredAffine } from '../testing/scene.ts';
import { preprocessing } from '../testing/preprocessing.ts';
import { preprocess } from './preprocess.ts';
import type { SliceStack } from './slice-stack.ts';

type Columns = readonly [Triple, Triple, Triple];

/** The same lattice of points, stored in different ways. */
const acquisitions: Readonly<Record<string, { dims: Triple; columns: Columns }>> = {
  axial: { dims: [60, 50, 40], columns: [[-2.2, 0, 0], [0, -2.2, 0], [0, 0, 3]] }, // prettier-ignore
  'axial, upside down': { dims: [60, 50, 40], columns: [[2.2, 0, 0], [0, 2.2, 0], [0, 0, -3]] }, // prettier-ignore
  coronal: { dims: [60, 40, 50], columns: [[-2.2, 0, 0], [0, 0, -3], [0, -2.2, 0]] }, // prettier-ignore
  sagittal: { dims: [50, 40, 60], columns: [[0, -2.2, 0], [0, 0, -3], [2.2, 0, 0]] }, // prettier-ignore
  'slices first': { dims: [40, 60, 50], columns: [[0, 0, 3], [2.2, 0, 0], [0, -2.2, 0]] }, // prettier-ignore
};
const axial = ballIn(acquisitions['axial']!);
const how = preprocessing();

describe('however a body is stored, its stack is the same', () => {
  for (const withMask of [false, true]) {
    const expected = preprocess(axial.image, withMask ? axial.mask : undefined, how);
    for (const [name, acquisition] of Object.entries(acquisitions)) {
      test(`${name}, ${withMask ? 'with' : 'without'} a mask`, () => {
        const { image, mask } = ballIn(acquisition);
        const stack = preprocess(image, withMask ? mask : undefined, how);
        assert.deepEqual(stack.shape, expected.shape);
        assert.ok(largestDifference(stack, expected) < 1e-4);
      });
    }
  }

  test('tilted by 20°, up to interpolation', () => {
    const [c, s] = [Math.cos(0.35), Math.sin(0.35)];
    const dims = [90, 90, 90] as const;
    const columns = [[-1.5, 0, 0], [0, -1.5 * c, -1.5 * s], [0, -1.5 * s, 1.5 * c]] as const; // prettier-ignore
    const tilted = acquire(ballInBody, dims, centredAffine(dims, columns));
    const straight = acquire(ballInBody, dims, centredAffine(dims, [[-1.5, 0, 0], [0, -1.5, 0], [0, 0, 1.5]])); // prettier-ignore
    const [a, b] = [preprocess(tilted, undefined, how), preprocess(straight, undefined, how)];
    // The slices differ slightly in height: compare what both say of the ball's centre.
    assert.ok(Math.abs(valueAtWorld(a, 18, 8, -10) - valueAtWorld(b, 18, 8, -10)) < 0.1);
    assert.ok(Math.abs(valueAtWorld(a, -18, 8, -10) - valueAtWorld(b, -18, 8, -10)) < 0.1);
  });
});

describe('the grid', () => {
  const stack = preprocess(axial.image, axial.mask, how);

  test('shows the patient’s right on the left and anterior at the top', () => {
    const { xMm, yMm, spacingMm, height, width } = stack.grid;
    // The ball lies at x = 18, y = 8; the field is centred on it.
    assert.ok(Math.abs(xMm - ((width - 1) / 2) * spacingMm - 18) < 2.2);
    assert.ok(Math.abs(yMm - ((height - 1) / 2) * spacingMm - 8) < 2.2);
    assert.ok(valueAtWorld(stack, 24, 8, -10) > valueAtWorld(stack, 36, 8, -10));
    assert.ok(valueAtWorld(stack, 18, 8, -10) > valueAtWorld(stack, 18, 26, -10));
  });

  test('runs from inferior to superior within the mask', () => {
    const { zMm, positions, sliceSpacingMm } = stack.grid;
    assert.equal(sliceSpacingMm, 3);
    assert.deepEqual(
      zMm,
      zMm.toSorted((a, b) => a - b),
    );
    assert.ok(zMm[0]! >= -22 && zMm.at(-1)! <= 2);
    assert.ok(positions.every((position) => position >= 0 && position <= 1));
    assert.equal(stack.region, 'liver_mask');
  });

  test('has the neighbouring planes in channels 0 and 2', () => {
    const [slices, , height, width] = stack.shape;
    const plane = (slice: number, channel: number): Float32Array =>
      stack.tensor.subarray(
        (3 * slice + channel) * height * width,
        (3 * slice + channel + 1) * height * width,
      );
    for (let slice = 1; slice < slices; slice++) {
      const isNext = stack.grid.zMm[slice]! - stack.grid.zMm[slice - 1]! < 3.1;
      if (isNext) assert.deepEqual(plane(slice, 0), plane(slice - 1, 1));
    }
  });
});

test('channels beyond the volume repeat its outermost plane', () => {
  const { image } = ballIn({ dims: [40, 40, 3], columns: [[-3, 0, 0], [0, -3, 0], [0, 0, 8]] }); // prettier-ignore
  const { tensor, shape } = preprocess(image, undefined, how);
  const pixels = shape[2] * shape[3];
  assert.equal(shape[0], 3);
  assert.deepEqual(tensor.subarray(0, pixels), tensor.subarray(pixels, 2 * pixels));
});

test('exactly the pixels further from the mask’s box than the margin are padding', () => {
  const { tensor, shape, grid, intensity } = preprocess(axial.image, axial.mask, how);
  const padding = Math.fround((intensity.lower - intensity.mean) / intensity.std);
  const [, , height, width] = shape;
  // Around the ball the body is bright: what shows anything in some slice is what was kept.
  const shown = { x: new Set<number>(), y: new Set<number>() };
  for (const [n, value] of tensor.entries()) {
    if (value === padding) continue;
    shown.x.add(grid.xMm - (n % width) * grid.spacingMm);
    shown.y.add(grid.yMm - (Math.floor(n / width) % height) * grid.spacingMm);
  }
  const box = extentOfMask();
  const kept = (start: number, pixels: number, [low, high]: [number, number]): number[] =>
    Array.from({ length: pixels }, (_, n) => start - n * grid.spacingMm).filter(
      (mm) => mm >= low - how.liverMarginMm && mm <= high + how.liverMarginMm,
    );
  assert.deepEqual(
    [...shown.x].toSorted((a, b) => b - a),
    kept(grid.xMm, width, box.x),
  );
  assert.deepEqual(
    [...shown.y].toSorted((a, b) => b - a),
    kept(grid.yMm, height, box.y),
  );
});

test('intensities are the body’s z-scores, clipped', () => {
  const { tensor, intensity } = preprocess(axial.image, undefined, how);
  const { lower, upper, mean, std } = intensity;
  assert.ok(lower < mean && mean < upper);
  assert.ok(
    tensor.every((value) => value >= (lower - mean) / std - 1e-6 && value <= (upper - mean) / std + 1e-6),
  );
});

test('voxels that are not finite count as the darkest', () => {
  const holes = acquire(
    (x, y, z) => (x > 0 ? NaN : ballInBody(x, y, z)),
    axial.image.dims,
    axial.image.affine,
  );
  const { tensor, intensity } = preprocess(holes, undefined, how);
  assert.ok(tensor.every(Number.isFinite));
  const stack = preprocess(holes, undefined, how);
  assert.ok(
    Math.abs(valueAtWorld(stack, 18, 8, -10) - (intensity.lower - intensity.mean) / intensity.std) < 1e-5,
  );
});

test('slope and intercept change no stack', () => {
  const affine = axial.image.affine;
  const scaled = {
    ...axial.image,
    slope: -3,
    intercept: 900,
    data: axial.image.data.map((v) => (900 - v) / 3),
  };
  assert.deepEqual(scaled.affine, affine);
  assert.ok(
    largestDifference(preprocess(scaled, undefined, how), preprocess(axial.image, undefined, how)) < 1e-4,
  );
});

describe('refusals', () => {
  test('a mask of another grid', () => {
    const { mask } = ballIn(acquisitions['coronal']!);
    assert.throws(() => preprocess(axial.image, mask, how), { codeName: 'MASK_MISMATCH' });
  });

  test('an empty mask', () => {
    const empty = { ...axial.mask, data: new Uint8Array(axial.mask.data.length) };
    assert.throws(() => preprocess(axial.image, empty, how), { codeName: 'EMPTY_MASK' });
  });

  test('a body without contrast', () => {
    const binary = acquire(ballMask, axial.image.dims, axial.image.affine);
    assert.throws(() => preprocess(binary, undefined, how), { codeName: 'CONSTANT_IMAGE' });
  });

  test('a body whose values differ by rounding only', () => {
    for (const [low, high] of [
      [0, 0.1],
      [0, 1e6],
    ] as const) {
      const noisy = acquire(
        (x, y, z) => (ballMask(x, y, z) > 0 ? high * (1 + 1e-13 * Math.sin(x)) : low),
        axial.image.dims,
        axial.image.affine,
      );
      const data = Float64Array.from(noisy.data);
      assert.throws(() => preprocess({ ...noisy, data }, undefined, how), { codeName: 'CONSTANT_IMAGE' });
    }
  });

  test('no finite voxel among those looked at', () => {
    const dims = [130, 6, 6] as const;
    const affine = centredAffine(dims, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]); // prettier-ignore
    const image = acquire((x) => (Math.round(x - 64.5) % 3 === 0 ? NaN : x), dims, affine);
    assert.throws(() => preprocess(image, undefined, how), { codeName: 'NO_FINITE_VOXELS' });
  });

  test('impossible instructions', () => {
    assert.throws(() => preprocess(axial.image, undefined, preprocessing({ upperPercentile: 1 })), {
      codeName: 'INVALID_MODEL',
      message:
        'preprocessing.upperPercentile: the preprocessing is impossible (expected above lowerPercentile (1), at most 100, received 1); correct the model manifest',
    });
    for (const broken of [
      { spacingMm: 0 },
      { spacingMm: 'NaN' },
      { height: 0 },
      { width: 5000 },
      { slices: 0 },
    ] as const) {
      assert.throws(() => preprocess(axial.image, undefined, preprocessing(broken)), {
        codeName: 'INVALID_MODEL',
      });
    }
  });
});

function ballIn({ dims, columns }: { dims: Triple; columns: Columns }) {
  const affine = centredAffine(dims, columns);
  return { image: acquire(ballInBody, dims, affine), mask: acquire(ballMask, dims, affine, 'mask') };
}

function largestDifference(a: SliceStack, b: SliceStack): number {
  return a.tensor.reduce((worst, value, n) => Math.max(worst, Math.abs(value - b.tensor[n]!)), 0);
}

/** The stack's value in the slice and pixel nearest to a point. */
function valueAtWorld({ tensor, shape, grid }: SliceStack, x: number, y: number, z: number): number {
  const distances = grid.zMm.map((height) => Math.abs(height - z));
  const slice = distances.indexOf(Math.min(...distances));
  const column = Math.round((grid.xMm - x) / grid.spacingMm);
  const row = Math.round((grid.yMm - y) / grid.spacingMm);
  return tensor[((3 * slice + 1) * shape[2] + row) * shape[3] + column]!;
}

/** Extent of the axial mask's voxel centres along x and y. */
function extentOfMask(): { x: [number, number]; y: [number, number] } {
  const [ni, nj] = axial.mask.dims;
  const marked = Array.from(axial.mask.data.keys()).filter((n) => axial.mask.data[n] === 1);
  const points = marked.map((n) =>
    transform(axial.mask.affine, [n % ni, Math.floor(n / ni) % nj, Math.floor(n / (ni * nj))]),
  );
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return { x: [Math.min(...xs), Math.max(...xs)], y: [Math.min(...ys), Math.max(...ys)] };
}
