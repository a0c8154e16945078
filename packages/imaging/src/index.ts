/** Pure imaging: bytes in, volumes and slices out. No I/O, no randomness, no clock. */
export { backProject, type SliceMaps } from './back-project.ts';
export type { Affine } from './geometry/affine.ts';
export { orientationOf } from './geometry/orientation.ts';
export { assertSameGrid } from './geometry/same-grid.ts';
export { type IntensitySummary, summarizeIntensity } from './intensity-summary.ts';
export { maskBits, shareMarked } from './mask-bits.ts';
export { decodeNifti } from './nifti/decode.ts';
export { encodeNifti } from './nifti/encode.ts';
export { gzipError, isGzip } from './nifti/gzip.ts';
export { NiftiInspector } from './nifti/inspector.ts';
export { preprocess } from './preprocess/preprocess.ts';
export type { IntensityScale, SliceGrid, SliceStack } from './preprocess/slice-stack.ts';
export type {
  Geometry,
  Grid,
  ImageEncoding,
  ImageFinding,
  ImageKind,
  ImageLimits,
  Triple,
  Volume,
  VoxelArray,
} from './volume.ts';
