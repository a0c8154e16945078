import type { Preprocessing } from '@hepastage/proto';
import { entry } from '../geometry/affine.ts';
import { cosine } from '../geometry/orientation.ts';
import type { Grid } from '../volume.ts';
import type { Region } from './region.ts';

/** The axial planes that a volume has of its own, inferior → superior. */
export interface NativePlanes {
  /** Voxel axis closest to world z. */
  readonly axis: 0 | 1 | 2;
  /** z of each plane, ascending, mm. */
  readonly zMm: Float64Array;
  /** Distance of two planes, mm. */
  readonly stepMm: number;
  /** True where planes ascend against the voxel axis. */
  readonly reversed: boolean;
}

/** Planes may miss the region's ends by this much: rounding. */
const zToleranceMm = 1e-3;

export function nativePlanesOf({ dims, affine }: Grid): NativePlanes {
  const steepness = ([0, 1, 2] as const).map((axis) => Math.abs(cosine(affine, 2, axis)));
  const axis = steepness.indexOf(Math.max(...steepness)) as 0 | 1 | 2;
  // An affine that is not singular has a step here: of three axes, the steepest rises.
  const step = entry(affine, 2, axis);
  const across = [0, 1, 2].filter((other) => other !== axis);
  const z0 = across.reduce(
    (sum, other) => sum + (entry(affine, 2, other) * (dims[other]! - 1)) / 2,
    entry(affine, 2, 3),
  );
  const zMm = Float64Array.from({ length: dims[axis] }, (_, k) => z0 + step * k);
  const reversed = step < 0;
  return { axis, zMm: reversed ? zMm.toReversed() : zMm, stepMm: Math.abs(step), reversed };
}

/** Planes between neighbouring slices: thin planes are strided over. */
export function strideOf({ stepMm }: NativePlanes, { minSliceSpacingMm }: Preprocessing): number {
  return Math.max(1, Math.floor(minSliceSpacingMm / stepMm + 0.5));
}

/** Indices of the planes that become slices, ascending: at most `how.slices`, at least `stride` apart, spread evenly over the region. */
export function slicePlanes(
  planes: NativePlanes,
  region: Region,
  stride: number,
  how: Preprocessing,
): number[] {
  const [first, count] = planesWithin(planes.zMm, region.min[2], region.max[2]);
  const slices = Math.min(how.slices, Math.max(1, Math.floor(count / stride)));
  // The plane nearest to the middle of each of `slices` equal shares of the region.
  return Array.from({ length: slices }, (_, n) => first + Math.floor(((2 * n + 1) * count) / (2 * slices)));
}

/** First plane and number of planes between two heights; the one nearest to their middle if there is none. */
function planesWithin(zMm: Float64Array, low: number, high: number): [first: number, count: number] {
  const first = zMm.findIndex((z) => z >= low - zToleranceMm);
  const last = zMm.findLastIndex((z) => z <= high + zToleranceMm);
  if (first !== -1 && first <= last) return [first, last - first + 1];
  const middle = (low + high) / 2;
  const distances = zMm.map((z) => Math.abs(z - middle));
  return [distances.indexOf(Math.min(...distances)), 1];
}
