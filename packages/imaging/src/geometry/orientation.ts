import { type Affine, columnNorms, entry } from './affine.ts';

const permutations = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;
const letters = [
  ['R', 'L'],
  ['A', 'P'],
  ['S', 'I'],
] as const;

/** Cosine between voxel axis `column` and world axis `row`. */
export function cosine(affine: Affine, row: number, column: number): number {
  return entry(affine, row, column) / columnNorms(affine)[column]!;
}

/** World axis (0 x, 1 y, 2 z) that each voxel axis is assigned to, each used once, so that the cosines are largest in sum. */
export function worldAxes(affine: Affine): readonly [number, number, number] {
  const closeness = (axes: readonly number[]): number =>
    axes.reduce((sum, row, column) => sum + Math.abs(cosine(affine, row, column)), 0);
  return permutations.reduce((best, axes) => (closeness(axes) > closeness(best) + 1e-9 ? axes : best));
}

/** The anatomical directions in which i, j, k run: `LPS` runs to the left, to the posterior, to the superior. */
export function orientationOf(affine: Affine): string {
  return worldAxes(affine)
    .map((row, column) => letters[row]![entry(affine, row, column) < 0 ? 1 : 0])
    .join('');
}

/** Largest angle between a voxel axis and the world axis it is assigned to, degrees. */
export function obliquityDegrees(affine: Affine): number {
  const smallest = Math.min(...worldAxes(affine).map((row, column) => Math.abs(cosine(affine, row, column))));
  return (Math.acos(Math.min(1, smallest)) * 180) / Math.PI;
}
