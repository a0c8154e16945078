import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { Triple, Volume } from '../volume.ts';
import { emptyMask } from '../voxel-survey.ts';

/** Most cells of a box, a byte each: six litres at 0.45 mm isotropic. Two voxels in opposite corners of a large volume have as large a box as the volume. */
const boxCellsMax = 2 ** 26;

/** The box of a mask's voxels, with one empty voxel around: every surface of the organ lies within. */
export interface LabelledBox {
  /** Voxels of the box along i, j, k. */
  readonly dims: Triple;
  /** 1 where the mask is above 0, i fastest. */
  readonly cells: Uint8Array;
  /** Voxel index of the box's first cell; -1 along an axis where the organ begins with the volume. */
  readonly origin: Triple;
}

/** Cuts a mask down to its box. Throws EMPTY_MASK, TOO_MANY_VOXELS. */
export function labelledBox(mask: Volume): LabelledBox {
  const { data, slope, intercept } = mask;
  const [ni, nj] = mask.dims;
  const { min, max } = bounds(mask);
  const origin: Triple = [min[0] - 1, min[1] - 1, min[2] - 1];
  const dims: Triple = [max[0] - min[0] + 3, max[1] - min[1] + 3, max[2] - min[2] + 3];
  if (dims[0] * dims[1] * dims[2] > boxCellsMax) throw tooLargeBox(dims);
  const cells = new Uint8Array(dims[0] * dims[1] * dims[2]);
  for (let k = min[2]; k <= max[2]; k++) {
    for (let j = min[1]; j <= max[1]; j++) {
      const from = (k * nj + j) * ni;
      const to = ((k - origin[2]) * dims[1] + (j - origin[1])) * dims[0] - origin[0];
      for (let i = min[0]; i <= max[0]; i++) {
        if (slope * data[from + i]! + intercept > 0) cells[to + i] = 1;
      }
    }
  }
  return { dims, cells, origin };
}

/** Lowest and highest indices of marked voxels. */
function bounds({ data, slope, intercept, dims: [ni, nj, nk] }: Volume) {
  const min = [Infinity, Infinity, Infinity] as [number, number, number];
  const max = [-1, -1, -1] as [number, number, number];
  for (let k = 0, at = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      for (let i = 0; i < ni; i++, at++) {
        if (!(slope * data[at]! + intercept > 0)) continue;
        if (i < min[0]) min[0] = i;
        if (i > max[0]) max[0] = i;
        if (j < min[1]) min[1] = j;
        if (j > max[1]) max[1] = j;
        if (k < min[2]) min[2] = k;
        max[2] = k;
      }
    }
  }
  if (max[0] < 0) throw emptyMask();
  return { min, max };
}

function tooLargeBox(dims: Triple): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_VOXELS, {
    what: 'the mask reaches too far for features',
    expected: `a box of at most ${boxCellsMax} voxels around it`,
    received: dims.join('×'),
    action: 'check that the mask is of the liver alone',
  });
}
