import { backProject, type Grid, type SliceGrid } from '@hepastage/imaging';

/**
 * Share of the liver in the voxels of `target` that the heat of these slices can reach, 0 to 1: what heat that fell anywhere alike would have in the
 * liver. The voxels are those that even heat is projected onto, a plane of them at a time. Undefined where it reaches none.
 */
export function liverInSlices(slices: SliceGrid, target: Grid, liverBits: Uint8Array): number | undefined {
  const [ni, nj, nk] = target.dims;
  const evenHeat = { values: new Float32Array(slices.zMm.length).fill(1), height: 1, width: 1 };
  let reached = 0;
  let liver = 0;
  for (let k = 0; k < nk; k++) {
    const heat = backProject(evenHeat, slices, planeOf(target, k));
    const first = k * ni * nj;
    for (let at = 0; at < heat.length; at++) {
      if (heat[at] === 0) continue;
      reached++;
      liver += (liverBits[(first + at) >> 3]! >> ((first + at) & 7)) & 1;
    }
  }
  return reached > 0 ? liver / reached : undefined;
}

/** The voxels of one k. */
function planeOf({ dims: [ni, nj], affine }: Grid, k: number): Grid {
  // The fourth column moves along by k times the third.
  const moved = affine.map((value, at) => (at % 4 === 3 ? value + k * affine[at - 1]! : value));
  return { dims: [ni, nj, 1], affine: moved };
}
