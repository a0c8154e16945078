import type { Triple } from '../volume.ts';

/** A 4×4 affine matrix, row-major: 16 numbers, the last row is 0 0 0 1. */
export type Affine = readonly number[];

/** The entry in row `row` and column `column`. */
export function entry(affine: Affine, row: number, column: number): number {
  return affine[4 * row + column]!;
}

export function affineOf(rows: readonly [readonly number[], readonly number[], readonly number[]]): Affine {
  return [...rows[0], ...rows[1], ...rows[2], 0, 0, 0, 1];
}

/** The image of the point (i, j, k). */
export function transform(affine: Affine, [i, j, k]: Triple): [number, number, number] {
  const along = (row: number): number =>
    entry(affine, row, 0) * i + entry(affine, row, 1) * j + entry(affine, row, 2) * k + entry(affine, row, 3);
  return [along(0), along(1), along(2)];
}

/** How far one step along each voxel axis goes, mm. */
export function columnNorms(affine: Affine): [number, number, number] {
  const norm = (column: number): number =>
    Math.hypot(entry(affine, 0, column), entry(affine, 1, column), entry(affine, 2, column));
  return [norm(0), norm(1), norm(2)];
}

/** Determinant of the linear part. */
export function determinant(affine: Affine): number {
  return [0, 1, 2].reduce((sum, column) => sum + entry(affine, 0, column) * cofactor(affine, 0, column), 0);
}

/** The inverse; entries are not finite if the affine is singular. */
export function invert(affine: Affine): Affine {
  const scale = 1 / determinant(affine);
  const row = (r: number): number[] => {
    const linear = [0, 1, 2].map((column) => cofactor(affine, column, r) * scale);
    const offset = linear.reduce((sum, value, column) => sum - value * entry(affine, column, 3), 0);
    return [...linear, offset];
  };
  return affineOf([row(0), row(1), row(2)]);
}

/** Cofactor of the linear part; cyclic indices give the sign for free. */
function cofactor(affine: Affine, row: number, column: number): number {
  const [r1, r2] = [(row + 1) % 3, (row + 2) % 3];
  const [c1, c2] = [(column + 1) % 3, (column + 2) % 3];
  return entry(affine, r1, c1) * entry(affine, r2, c2) - entry(affine, r1, c2) * entry(affine, r2, c1);
}
