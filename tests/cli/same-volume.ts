import assert from 'node:assert/strict';
import type { Triple, Volume } from '@hepastage/imaging';
import { invert, transform } from '../../packages/imaging/src/geometry/affine.ts';

/** Furthest that the same voxel may lie apart in two conversions. */
const distanceMmMax = 1e-3;

/** Every voxel has the same place and value, whichever way either grid counts. */
export function assertSameVolume(actual: Volume, expected: Volume): void {
  const toExpected = indexMap(actual, expected);
  const [width, height, depth] = actual.dims;
  let different = 0;
  for (let k = 0; k < depth; k++) {
    for (let j = 0; j < height; j++) {
      for (let i = 0; i < width; i++) {
        const one = valueOf(actual, [i, j, k]);
        if (one !== valueOf(expected, toExpected([i, j, k]))) different++;
      }
    }
  }
  assert.equal(different, 0, 'voxels differ');
  assert.equal(actual.data.length, expected.data.length);
}

/** Voxel of `from` → voxel of `to` at the same place. Checked at the corners: maps that agree there agree everywhere. */
function indexMap(from: Volume, to: Volume): (voxel: Triple) => Triple {
  const inverse = invert(to.affine);
  const map = (voxel: Triple): Triple => {
    const [i, j, k] = transform(inverse, transform(from.affine, voxel));
    return [Math.round(i), Math.round(j), Math.round(k)];
  };
  for (let bits = 0; bits < 8; bits++) {
    const corner = from.dims.map((size, axis) => ((bits >> axis) & 1) * (size - 1)) as unknown as Triple;
    const [a, b] = [transform(from.affine, corner), transform(to.affine, map(corner))];
    const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    assert.ok(distance <= distanceMmMax, `a corner lies ${distance} mm off`);
  }
  return map;
}

function valueOf({ data, dims, slope, intercept }: Volume, [i, j, k]: Triple): number {
  return data[i + dims[0] * (j + dims[1] * k)]! * slope + intercept;
}
