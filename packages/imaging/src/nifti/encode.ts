import { columnNorms } from '../geometry/affine.ts';
import type { Grid } from '../volume.ts';
import { nifti1, writeField } from './header-layout.ts';

const uint8 = { code: 2, bitpix: 8 };
/** `NIFTI_UNITS_MM`. */
const millimetres = 2;
/** `NIFTI_XFORM_SCANNER_ANAT`. */
const scannerAnatomy = 1;
const largest = 255;

/**
 * Writes `values` (0 to 1, i fastest, one for every voxel of `grid`) as a single-file NIfTI-1 image: uint8, scaled by 1/255.
 * The affine is written as an sform, so that it equals the grid's within float32.
 */
export function encodeNifti({ dims, affine }: Grid, values: Float32Array): Uint8Array {
  const voxels = dims[0] * dims[1] * dims[2];
  if (values.length !== voxels) throw new RangeError(`${values.length} values for ${voxels} voxels`);
  const { headerBytes, voxOffsetMin, magic, fields } = nifti1;
  const file = new Uint8Array(voxOffsetMin + voxels);
  const view = new DataView(file.buffer);
  const put = (field: keyof typeof fields, ...numbers: number[]): void =>
    writeField(view, fields[field], true, numbers);

  view.setInt32(0, headerBytes, true);
  put('dim', 3, ...dims, 1, 1, 1, 1);
  put('datatype', uint8.code);
  put('bitpix', uint8.bitpix);
  put('pixdim', 1, ...columnNorms(affine), 0, 0, 0, 0);
  put('voxOffset', voxOffsetMin);
  put('sclSlope', 1 / largest);
  put('units', millimetres);
  put('sformCode', scannerAnatomy);
  put('srow', ...affine.slice(0, 12));
  new TextEncoder().encodeInto(magic.single, file.subarray(magic.at));

  const stored = file.subarray(voxOffsetMin);
  for (let n = 0; n < voxels; n++) {
    const value = values[n]!;
    // Most of a heatmap is 0, as the new file is. Adding ½ before the fraction is dropped rounds.
    if (value > 0) stored[n] = value >= 1 ? largest : value * largest + 0.5;
  }
  return file;
}
