import type { Triple } from '../volume.ts';
import type { Span } from './field.ts';
import type { Sampling } from './plane-sampler.ts';

/** The part of a voxel plane that is read, along the voxel axes of world x and y. */
export interface PlaneWindow {
  readonly x: Span;
  readonly y: Span;
}

/**
 * Copies a window of a native plane into one reused buffer, x fastest, whatever the axes' order in memory: the loops after it run
 * on one array type in one order. Voxels that are not finite become the stored value of `scale.lower`.
 */
export function planeReader(
  { volume, planes, scale }: Sampling,
  [xAxis, yAxis, zAxis]: Triple,
  { x, y }: PlaneWindow,
): (plane: number) => Float64Array {
  const { data, dims, slope, intercept } = volume;
  const strides = [1, dims[0], dims[0] * dims[1]];
  const [sx, sy, sz] = [strides[xAxis]!, strides[yAxis]!, strides[zAxis]!];
  const width = x.to - x.from;
  const height = y.to - y.from;
  const voxels = new Float64Array(width * height);
  const mayHoldNonFinite = data instanceof Float32Array || data instanceof Float64Array;
  const replacement = (scale.lower - intercept) / slope;

  return (plane) => {
    const index = planes.reversed ? planes.zMm.length - 1 - plane : plane;
    const origin = index * sz + y.from * sy + x.from * sx;
    for (let row = 0; row < height; row++) {
      const from = origin + row * sy;
      const at = row * width;
      if (sx === 1) voxels.set(data.subarray(from, from + width), at);
      else for (let n = 0; n < width; n++) voxels[at + n] = data[from + n * sx]!;
    }
    if (mayHoldNonFinite) {
      for (let n = 0; n < voxels.length; n++) if (!Number.isFinite(voxels[n]!)) voxels[n] = replacement;
    }
    return voxels;
  };
}
