import { type Grid, reachedRuns, type SliceGrid } from '@hepastage/imaging';

/**
 * Share of the liver in the voxels of `target` that the heat of these slices can reach, 0 to 1: what heat that fell anywhere alike would have in the
 * liver. Undefined where it reaches none.
 */
export function liverInSlices(slices: SliceGrid, target: Grid, liverBits: Uint8Array): number | undefined {
  const [ni, nj, nk] = target.dims;
  const runOf = reachedRuns(slices, target);
  let reached = 0;
  let liver = 0;
  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      const [from, to] = runOf(j, k);
      if (from >= to) continue;
      reached += to - from;
      const row = (k * nj + j) * ni;
      for (let at = row + from; at < row + to; at++) liver += (liverBits[at >> 3]! >> (at & 7)) & 1;
    }
  }
  return reached > 0 ? liver / reached : undefined;
}
