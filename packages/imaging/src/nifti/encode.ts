import type { Grid } from '../volume.ts';
import { emptyNifti } from './encode-header.ts';

const largest = 255;

/** Writes `values` (0 to 1, i fastest, one for every voxel of `grid`) as a single-file NIfTI-1 image: uint8, scaled by 1/255. */
export function encodeNifti(grid: Grid, values: Float32Array): Uint8Array {
  const count = grid.dims[0] * grid.dims[1] * grid.dims[2];
  if (values.length !== count) throw new RangeError(`${values.length} values for ${count} voxels`);
  const { file, voxels } = emptyNifti(grid, { code: 2, bitpix: 8, slope: 1 / largest, intercept: 0 });
  for (let n = 0; n < count; n++) {
    const value = values[n]!;
    // Most of a heatmap is 0, as the new file is. Adding ½ before the fraction is dropped rounds.
    if (value > 0) voxels[n] = value >= 1 ? largest : value * largest + 0.5;
  }
  return file;
}
