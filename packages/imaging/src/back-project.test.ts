import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { backProject, reachedRuns } from './back-project.ts';
import { transform } from './geometry/affine.ts';
import type { SliceGrid } from './preprocess/slice-stack.ts';
import { centredAffine } from './testing/scene.ts';

const grid: SliceGrid = {
  zMm: [-8, -4, 4],
  positions: [0, 0.5, 1],
  xMm: 15,
  yMm: 11,
  spacingMm: 2,
  height: 12,
  width: 16,
  sliceSpacingMm: 4,
};
const height = 3;
const width = 4;
/** Linear in the world, so that interpolation gives it back exactly: parts are 8 mm wide. */
const ramp = (x: number, y: number, z: number): number => 0.5 + x / 100 - y / 200 + z / 300;
const values = Float32Array.from({ length: 3 * height * width }, (_, n) => {
  const x = 16 - 8 * ((n % width) + 0.5);
  const y = 12 - 8 * ((Math.floor(n / width) % height) + 0.5);
  return ramp(x, y, grid.zMm[Math.floor(n / (width * height))]!);
});
const dims = [20, 18, 16] as const;
const targets = {
  axial: centredAffine(dims, [[-1.9, 0, 0], [0, -1.7, 0], [0, 0, 1.6]]), // prettier-ignore
  coronal: centredAffine(dims, [[-1.9, 0, 0], [0, 0, 1.7], [0, 1.9, 0]]), // prettier-ignore
  oblique: centredAffine(dims, [[-1.83, 0.31, 0.2], [0.3, -1.6, 0.4], [0.1, 0.4, 1.6]]), // prettier-ignore
};

describe('a ramp over the slices comes back', () => {
  for (const [name, affine] of Object.entries(targets)) {
    test(`on an ${name} grid, and is 0 outside`, () => {
      const heat = backProject({ values, height, width }, grid, { dims, affine });
      const seen = { within: 0, outside: 0 };
      for (const [n, value] of heat.entries()) {
        const voxel = [n % 20, Math.floor(n / 20) % 18, Math.floor(n / 360)] as const;
        const [x, y, z] = transform(affine, voxel);
        const isOutside = Math.abs(x) > 16 || Math.abs(y) > 12 || z < -10 || z > 8;
        // Beyond the outermost part centres and slices values are repeated, not extrapolated.
        const nearest = ramp(clamp(x, -12, 12), clamp(y, -8, 8), clamp(z, -8, 4));
        const expected = isOutside ? 0 : nearest;
        assert.ok(Math.abs(value - expected) < 1e-6, `at ${x}, ${y}, ${z}: ${value} is not ${expected}`);
        seen[isOutside ? 'outside' : 'within']++;
      }
      assert.ok(seen.within > 500 && seen.outside > 500);
    });

    test(`what is reached of an ${name} grid is known beforehand`, () => {
      const heat = backProject({ values, height, width }, grid, { dims, affine });
      const runOf = reachedRuns(grid, { dims, affine });
      for (const [n, value] of heat.entries()) {
        const [from, to] = runOf(Math.floor(n / 20) % 18, Math.floor(n / 360));
        assert.equal(value !== 0, from <= n % 20 && n % 20 < to);
      }
    });
  }
});

test('a single slice reaches half the slice spacing to either side', () => {
  const single = { ...grid, zMm: [0], positions: [0.5] };
  const one = { values: new Float32Array([1]), height: 1, width: 1 };
  const column = { dims: [1, 1, 9], affine: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -4, 0, 0, 0, 1] } as const;
  assert.deepEqual([...backProject(one, single, column)], [0, 0, 1, 1, 1, 1, 1, 0, 0]);
});

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
