/** Pure imaging: bytes in, volumes and slices out. No I/O, no randomness, no clock. */
export { backProject, reachedRuns, type SliceMaps } from './back-project.ts';
export { decodeDicom } from './dicom/decode-dicom.ts';
export type { DicomSeries, SeriesImage } from './dicom/dicom-series.ts';
export { instanceOf } from './dicom/instance/instance-of.ts';
export { isPassedOver } from './dicom/passed-over.ts';
export { seriesOf } from './dicom/series/series-of.ts';
export { assertUsable } from './dicom/stack/assert-usable.ts';
export type { Stack } from './dicom/stack/stack.ts';
export { stackOf } from './dicom/stack/stack-of.ts';
export type { Affine } from './geometry/affine.ts';
export { orientationOf } from './geometry/orientation.ts';
export { assertSameGrid } from './geometry/same-grid.ts';
export { type IntensitySummary, summarizeIntensity } from './intensity-summary.ts';
export { maskBits, shareMarked } from './mask-bits.ts';
export { decodeNifti } from './nifti/decode.ts';
export { encodeNifti } from './nifti/encode.ts';
export { encodeVolume } from './nifti/encode-volume.ts';
export { gzipError, isGzip } from './nifti/gzip.ts';
export { NiftiInspector } from './nifti/inspector.ts';
export { preprocess } from './preprocess/preprocess.ts';
export { type PictureStack, preprocessPictures } from './preprocess/preprocess-pictures.ts';
export type { IntensityScale, SliceGrid, SliceStack } from './preprocess/slice-stack.ts';
export {
  type RadiomicsFeatureName,
  radiomicsFeatureNames,
  type RadiomicsFeatures,
  radiomicsFeatures,
} from './radiomics/features.ts';
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
