import { entry, invert } from '../geometry/affine.ts';
import type { Volume } from '../volume.ts';
import type { PlaneSampler, Sampling } from './plane-sampler.ts';
import { subsampleCoordinates } from './subsamples.ts';
import { reachVoxels } from './taps.ts';

/** Samples any grid: every subsample is carried into voxel space and interpolated among the eight voxels around it. */
export function obliqueSampler({ volume, planes, field, perSide, scale }: Sampling): PlaneSampler {
  const { rows, columns, spacingMm, width, height } = field;
  const x = subsampleCoordinates(field.xMm, spacingMm, width, perSide);
  const y = subsampleCoordinates(field.yMm, spacingMm, height, perSide);
  const inverse = invert(volume.affine);
  const [ix, jx, kx] = [entry(inverse, 0, 0), entry(inverse, 1, 0), entry(inverse, 2, 0)];
  const { slope, intercept } = volume;
  const { lower, upper, mean, std } = scale;
  const lowerStored = (lower - intercept) / slope;
  const valueAt = interpolator(volume, lowerStored);
  const samples = perSide * perSide;

  return (plane, out) => {
    const z = planes.zMm[plane]!;
    for (let row = rows.from; row < rows.to; row++) {
      for (let column = columns.from; column < columns.to; column++) {
        const stored = pixel(row, column, z) / samples;
        const value = slope * stored + intercept;
        out[row * width + column] = (Math.min(upper, Math.max(lower, value)) - mean) / std;
      }
    }
  };

  /** Sum of the pixel's subsamples, as stored. */
  function pixel(row: number, column: number, z: number): number {
    let sum = 0;
    for (let v = row * perSide; v < (row + 1) * perSide; v++) {
      const i0 = along(0, y[v]!, z);
      const j0 = along(1, y[v]!, z);
      const k0 = along(2, y[v]!, z);
      for (let u = column * perSide; u < (column + 1) * perSide; u++) {
        sum += valueAt(i0 + ix * x[u]!, j0 + jx * x[u]!, k0 + kx * x[u]!);
      }
    }
    return sum;
  }

  function along(axis: 0 | 1 | 2, yMm: number, zMm: number): number {
    return inverse[4 * axis + 1]! * yMm + inverse[4 * axis + 2]! * zMm + inverse[4 * axis + 3]!;
  }
}

/** Trilinear interpolation of stored values at voxel coordinates; `outside` beyond the volume and in place of what is not finite. */
function interpolator({ data, dims }: Volume, outside: number): (i: number, j: number, k: number) => number {
  const [iLast, jLast, kLast] = [dims[0] - 1, dims[1] - 1, dims[2] - 1];
  const jStride = dims[0];
  const kStride = dims[0] * dims[1];
  const stored = (index: number): number => {
    const value = data[index]!;
    return Number.isFinite(value) ? value : outside;
  };
  const alongRow = (index: number, weight: number): number =>
    (1 - weight) * stored(index) + weight * stored(index + 1);

  return (i, j, k) => {
    const isInside =
      i >= -reachVoxels &&
      i <= iLast + reachVoxels &&
      j >= -reachVoxels &&
      j <= jLast + reachVoxels &&
      k >= -reachVoxels &&
      k <= kLast + reachVoxels;
    if (!isInside) return outside;
    const ci = Math.min(iLast, Math.max(0, i));
    const cj = Math.min(jLast, Math.max(0, j));
    const ck = Math.min(kLast, Math.max(0, k));
    // The last voxel is the upper neighbour of the one before it, so that both neighbours exist.
    const i0 = Math.min(iLast - 1, Math.floor(ci));
    const j0 = Math.min(jLast - 1, Math.floor(cj));
    const k0 = Math.min(kLast - 1, Math.floor(ck));
    const at = i0 + j0 * jStride + k0 * kStride;
    const wi = ci - i0;
    const wj = cj - j0;
    const wk = ck - k0;
    const below = (1 - wj) * alongRow(at, wi) + wj * alongRow(at + jStride, wi);
    const above = (1 - wj) * alongRow(at + kStride, wi) + wj * alongRow(at + kStride + jStride, wi);
    return (1 - wk) * below + wk * above;
  };
}
