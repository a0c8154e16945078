import type { Triple } from '../volume.ts';
import type { LabelledBox } from './labelled-box.ts';
import { symmetricEigenvalues } from './symmetric-eigenvalues.ts';

export interface PrincipalAxes {
  readonly voxels: number;
  /** Variance (population) of the voxel centres along the principal axes, the largest first, mm². */
  readonly variances: Triple;
}

/** Principal axes of the marked voxels' centres. `spacing` in mm. */
export function principalAxes({ dims: [ni, nj, nk], cells }: LabelledBox, spacing: Triple): PrincipalAxes {
  let voxels = 0;
  // Of i, j, k and of their products, counted from the middle of the box: the squares of the means, which are taken away below, stay small against them, and rounding with them.
  const [ci, cj, ck] = [ni >> 1, nj >> 1, nk >> 1];
  const sums = [0, 0, 0];
  let [ii, jj, kk, ij, ik, jk] = [0, 0, 0, 0, 0, 0];
  for (let k = -ck, at = 0; k < nk - ck; k++) {
    for (let j = -cj; j < nj - cj; j++) {
      let inRow = 0;
      let along = 0;
      for (let i = -ci; i < ni - ci; i++, at++) {
        if (cells[at] === 0) continue;
        inRow++;
        along += i;
        ii += i * i;
      }
      voxels += inRow;
      sums[0]! += along;
      sums[1]! += j * inRow;
      sums[2]! += k * inRow;
      jj += j * j * inRow;
      kk += k * k * inRow;
      ij += j * along;
      ik += k * along;
      jk += j * k * inRow;
    }
  }
  const [si, sj, sk] = spacing;
  const [mi, mj, mk] = sums.map((total) => total / voxels) as [number, number, number];
  const [largest, middle, smallest] = symmetricEigenvalues({
    diagonal: [
      (ii / voxels - mi * mi) * si * si,
      (jj / voxels - mj * mj) * sj * sj,
      (kk / voxels - mk * mk) * sk * sk,
    ],
    others: [
      (ij / voxels - mi * mj) * si * sj,
      (ik / voxels - mi * mk) * si * sk,
      (jk / voxels - mj * mk) * sj * sk,
    ],
  });
  // A flat mask has none across; rounding must not make it negative.
  return { voxels, variances: [largest, Math.max(0, middle), Math.max(0, smallest)] };
}
