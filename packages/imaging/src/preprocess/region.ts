import { transform } from '../geometry/affine.ts';
import { emptyMask } from '../voxel-survey.ts';
import type { Grid, Triple, Volume } from '../volume.ts';
import type { Body } from './body.ts';
import { percentiles } from './percentile.ts';

/** A box in the patient that the slices are laid over: RAS, mm, without margin. */
export interface Region {
  readonly kind: 'liver_mask' | 'body';
  readonly min: Triple;
  readonly max: Triple;
}

/** Percentiles of the body's coordinates that bound it: a stray bright voxel moves no box. */
const bodyPercentiles = [1, 99] as const;

export function regionOfBody({ indices }: Body, { affine }: Grid): Region {
  const along = new Float64Array(indices.length / 3);
  const bounds = [0, 1, 2].map((row): Bounds => {
    const [a, b, c, d] = affine.slice(4 * row, 4 * row + 4) as [number, number, number, number];
    for (let n = 0; n < along.length; n++) {
      along[n] = a * indices[3 * n]! + b * indices[3 * n + 1]! + c * indices[3 * n + 2]! + d;
    }
    return percentiles(along, bodyPercentiles) as unknown as Bounds;
  });
  const [x, y, z] = bounds as [Bounds, Bounds, Bounds];
  return { kind: 'body', min: [x[0], y[0], z[0]], max: [x[1], y[1], z[1]] };
}

type Bounds = readonly [low: number, high: number];

/** The box of the mask's voxel centres: exact for tilted grids too. Throws EMPTY_MASK. */
export function regionOfMask(mask: Volume): Region {
  const min: [number, number, number] = [Infinity, Infinity, Infinity];
  const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  const [ni, nj, nk] = mask.dims;
  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      const ends = markedEnds(mask, (k * nj + j) * ni, ni);
      if (ends === undefined) continue;
      // Within a row a coordinate is linear in i: its extremes are at the row's first and last marked voxel.
      for (const i of ends) {
        for (const [axis, value] of transform(mask.affine, [i, j, k]).entries()) {
          min[axis] = Math.min(min[axis]!, value);
          max[axis] = Math.max(max[axis]!, value);
        }
      }
    }
  }
  if (min[0] > max[0]) throw emptyMask();
  return { kind: 'liver_mask', min, max };
}

/** First and last marked voxel of the row of `length` voxels that begins at `start`. */
function markedEnds(
  { data, slope, intercept }: Volume,
  start: number,
  length: number,
): [number, number] | undefined {
  let first = start;
  const end = start + length;
  while (first < end && !(slope * data[first]! + intercept > 0)) first++;
  if (first === end) return undefined;
  let last = end - 1;
  while (!(slope * data[last]! + intercept > 0)) last--;
  return [first - start, last - start];
}
