import { type BrokenFile, nonsense } from './broken-file.ts';
import { buildNifti, type NiftiSpec } from './nifti-builder.ts';

const scalars = 'uint8, int16, int32, float32, float64, int8, uint16, uint32, int64, uint64';
const respace = 'write the file again with the true spacing (and its unit)';
const reorient = 'write the file again with a valid orientation';
const unit = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** Headers that claim what cannot be, or what the service does not take: the test limits are 2²¹ voxels and 2²⁴ bytes. */
export const brokenHeaders: readonly BrokenFile[] = [
  ...(
    [
      [128, 'RGB24'],
      [2304, 'RGBA32'],
      [32, 'complex64'],
      [1536, 'float128'],
      [7, 'unknown code 7'],
    ] as const
  ).map(([code, name]) =>
    refused(
      `datatype ${name}`,
      { datatype: [code] },
      'UNSUPPORTED_DATATYPE',
      `datatype: the voxels are of a type that is no scalar image (expected ${scalars}, received ${name}); export a grey-scale magnitude image`,
    ),
  ),
  refused(
    'bitpix',
    { bitpix: [16] },
    'INVALID_HEADER',
    `bitpix: bits per voxel contradict the datatype float32 (expected 32, received 16); ${nonsense}`,
  ),
  ...[0, -3, 8].map((count) =>
    refused(
      `${count} dimensions`,
      { dim: [count, 4, 4, 4, 1, 1, 1, 1] },
      'INVALID_HEADER',
      `dim[0]: the number of dimensions is impossible (expected 1 to 7, received ${count}); ${nonsense}`,
    ),
  ),
  refused(
    'a 2-D image',
    { dim: [2, 4, 4, 1, 1, 1, 1, 1] },
    'UNSUPPORTED_DIMENSIONS',
    'dim[0]: the image is 2-D (expected 3-D, received 2); send one 3-D volume',
  ),
  refused(
    'a single slice',
    { dim: [3, 8, 8, 1, 1, 1, 1, 1] },
    'UNSUPPORTED_DIMENSIONS',
    'dim[3]: the image is 2-D or too thin (expected at least 3, received 1); send one 3-D volume',
  ),
  refused(
    'a time series',
    { dim: [4, 4, 4, 4, 20, 1, 1, 1] },
    'UNSUPPORTED_DIMENSIONS',
    'dim[4]: the file is a series of volumes (expected 1, received 20); send one 3-D volume',
  ),
  refused(
    'vectors',
    { dim: [5, 4, 4, 4, 1, 3, 1, 1] },
    'UNSUPPORTED_DIMENSIONS',
    'dim[5]: the file is a series of volumes (expected 1, received 3); send one 3-D volume',
  ),
  refused(
    'a negative dimension',
    { dim: [3, 4, -4, 4, 1, 1, 1, 1] },
    'INVALID_HEADER',
    `dim[2]: a dimension is not positive (received -4); ${nonsense}`,
  ),
  refused(
    'too many voxels',
    { dim: [3, 129, 128, 128, 1, 1, 1, 1] },
    'TOO_MANY_VOXELS',
    'dim: the image has more voxels than allowed (expected at most 2097152, received 129×128×128); crop or resample the image',
  ),
  ...[32_768, 2 ** 40].map((voxels) =>
    refused(
      `an axis of ${voxels} voxels`,
      { dim: [3, 4, voxels, 4, 1, 1, 1, 1] },
      'UNSUPPORTED_DIMENSIONS',
      `dim[2]: an axis is too long (expected at most 32767, received ${voxels}); send one 3-D volume`,
      2,
    ),
  ),
  refused(
    'voxels beyond counting',
    { dim: [3, 32_767, 32_767, 32_767, 1, 1, 1, 1] },
    'TOO_MANY_VOXELS',
    'dim: the image has more voxels than allowed (expected at most 2097152, received 32767×32767×32767); crop or resample the image',
  ),
  refused(
    'too many bytes',
    { dim: [3, 128, 128, 128, 1, 1, 1, 1], datatype: [64], bitpix: [64] },
    'DECOMPRESSED_TOO_LARGE',
    'dim: the image takes more bytes than allowed (expected at most 16777216 bytes, received 16777568); crop or resample the image, or store it with fewer bytes per voxel',
  ),
  ...[0, 348, 352.5, NaN, 2 ** 30].map((offset) =>
    refused(
      `voxels at byte ${offset}`,
      { voxOffset: [offset] },
      'INVALID_HEADER',
      `vox_offset: the voxels begin at an impossible place (expected a whole number from 352 to 4194304, received ${offset}); ${nonsense}`,
    ),
  ),
  refused(
    'voxels within a NIfTI-2 header',
    { voxOffset: [540] },
    'INVALID_HEADER',
    `vox_offset: the voxels begin at an impossible place (expected a whole number from 544 to 4194304, received 540); ${nonsense}`,
    2,
  ),
  refused(
    'a slope without intercept',
    { sclSlope: [2], sclInter: [NaN] },
    'INVALID_HEADER',
    `scl_inter: the voxels have a slope but no finite intercept (received NaN); ${nonsense}`,
  ),
  ...[0, NaN, -2, Infinity].map((step) =>
    refused(
      `spacing ${step}`,
      { pixdim: [1, 1, step, 1, 0, 0, 0, 0] },
      'INVALID_SPACING',
      `pixdim[2]: voxel spacing is not a positive number (expected above 0, received ${step}); ${respace}`,
    ),
  ),
  refused(
    'spacing in the wrong unit',
    { units: [1] },
    'INVALID_SPACING',
    `pixdim[1]: voxel spacing is implausible (expected 0.05 to 50 mm, received 1000 mm); ${respace}`,
  ),
  refused(
    'a shrunken sform',
    { sformCode: [1], srow: unit.map((value) => value / 1000) },
    'INVALID_SPACING',
    `sform, column 1: voxel spacing is implausible (expected 0.05 to 50 mm, received 0.001 mm); ${respace}`,
  ),
  refused(
    'an empty sform',
    { sformCode: [1], srow: unit.map(() => 0) },
    'INVALID_AFFINE',
    `sform: the affine is singular: two axes coincide; ${reorient}`,
  ),
  refused(
    'two axes in one',
    { sformCode: [2], srow: [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0] },
    'INVALID_AFFINE',
    `sform: the affine is singular: two axes coincide; ${reorient}`,
  ),
  refused(
    'an affine of NaN',
    { sformCode: [1], srow: unit.map(() => NaN) },
    'INVALID_AFFINE',
    `sform: the affine is not finite; ${reorient}`,
  ),
  refused(
    'an infinite offset',
    { qformCode: [1], qoffset: [0, Infinity, 0] },
    'INVALID_AFFINE',
    `qform: the affine is not finite; ${reorient}`,
  ),
  refused(
    'a quaternion beyond 1',
    { qformCode: [1], quatern: [1, 1, 0] },
    'INVALID_AFFINE',
    `quatern_b, quatern_c, quatern_d: the quaternion is no rotation (expected b²+c²+d² of at most 1, received 2); ${reorient}`,
  ),
];

function refused(
  name: string,
  header: NiftiSpec['header'],
  code: BrokenFile['code'],
  message: string,
  version: 1 | 2 = 1,
): BrokenFile {
  return { name, file: buildNifti({ version, header: header! }), code, message };
}
