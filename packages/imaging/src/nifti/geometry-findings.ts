import { obliquityDegrees } from '../geometry/orientation.ts';
import type { Geometry, ImageFinding } from '../volume.ts';
import type { NiftiHeader } from './header.ts';

/** Below, an acquisition counts as straight. */
const obliquityDegreesMin = 1;
/** Thicker slices than the abdominal protocols of the training data have. */
const sliceSpacingMmMax = 10;
/** Relative difference between `pixdim` and the affine that rounding does not explain. */
const spacingDifferenceMax = 0.01;

/** What a reader of the result should know about the image's geometry. */
export function geometryFindings(geometry: Geometry, header: NiftiHeader): ImageFinding[] {
  return [
    noSpatialReference(geometry),
    oblique(geometry),
    coarse(geometry),
    contradicted(geometry, header),
  ].filter((finding) => finding !== undefined);
}

function noSpatialReference({ affineSource }: Geometry): ImageFinding | undefined {
  if (affineSource !== 'none') return undefined;
  return {
    code: 'NO_SPATIAL_REFERENCE',
    severity: 'WARNING',
    message: 'The file does not say how the patient lay: voxel axes were taken as right, anterior, superior.',
  };
}

function oblique({ affine }: Geometry): ImageFinding | undefined {
  const degrees = obliquityDegrees(affine);
  if (degrees < obliquityDegreesMin) return undefined;
  return {
    code: 'OBLIQUE_ACQUISITION',
    severity: 'INFO',
    message: 'The acquisition is tilted: it was resampled into axial planes.',
    value: degrees,
  };
}

function coarse({ spacing }: Geometry): ImageFinding | undefined {
  const largest = Math.max(...spacing);
  if (largest <= sliceSpacingMmMax) return undefined;
  return {
    code: 'COARSE_SLICES',
    severity: 'WARNING',
    message: 'The slices lie further apart (mm) than those that the models were made for.',
    value: largest,
  };
}

function contradicted(
  { spacing, affineSource }: Geometry,
  { pixdim, units }: NiftiHeader,
): ImageFinding | undefined {
  // Only millimetre headers: others leave pixdim in millimetres more often than not.
  if (affineSource !== 'sform' || (units & 7) !== 2) return undefined;
  const differences = spacing.map((step, n) => Math.abs(step - pixdim[n + 1]!) / step);
  const worst = Math.max(...differences);
  if (worst <= spacingDifferenceMax) return undefined;
  return {
    code: 'SPACING_CONTRADICTION',
    severity: 'WARNING',
    message: 'The spacing in pixdim contradicts the affine: the affine was used.',
    value: worst,
  };
}
