import { columnNorms } from '../geometry/affine.ts';
import type { Grid } from '../volume.ts';
import { nifti1, writeField } from './header-layout.ts';

/** `NIFTI_UNITS_MM`. */
const millimetres = 2;
/** `NIFTI_XFORM_SCANNER_ANAT`. */
const scannerAnatomy = 1;

/** How the voxels of a file are stored. */
export interface StoredAs {
  /** `datatype` of the standard. */
  readonly code: number;
  readonly bitpix: number;
  readonly slope: number;
  readonly intercept: number;
}

/** A single-file NIfTI-1 image, little endian, whose voxels are still 0. The affine is written as an sform, so that it equals the grid's within float32. */
export function emptyNifti(
  { dims, affine }: Grid,
  { code, bitpix, slope, intercept }: StoredAs,
): { readonly file: Uint8Array; readonly voxels: Uint8Array } {
  const { headerBytes, voxOffsetMin, magic, fields } = nifti1;
  const file = new Uint8Array(voxOffsetMin + (dims[0] * dims[1] * dims[2] * bitpix) / 8);
  const view = new DataView(file.buffer);
  const put = (field: keyof typeof fields, ...numbers: number[]): void =>
    writeField(view, fields[field], true, numbers);

  view.setInt32(0, headerBytes, true);
  put('dim', 3, ...dims, 1, 1, 1, 1);
  put('datatype', code);
  put('bitpix', bitpix);
  put('pixdim', 1, ...columnNorms(affine), 0, 0, 0, 0);
  put('voxOffset', voxOffsetMin);
  put('sclSlope', slope);
  put('sclInter', intercept);
  put('units', millimetres);
  put('sformCode', scannerAnatomy);
  put('srow', ...affine.slice(0, 12));
  new TextEncoder().encodeInto(magic.single, file.subarray(magic.at));
  return { file, voxels: file.subarray(voxOffsetMin) };
}
