import type { Geometry, ImageFinding } from '../volume.ts';
import { obliquityDegrees } from './orientation.ts';

/** Below, an acquisition counts as straight. */
const obliquityDegreesMin = 1;
/** Thicker slices than the abdominal protocols of the training data have. */
const sliceSpacingMmMax = 10;
/** Relative difference between a stated and a measured spacing that rounding does not explain. */
export const spacingDifferenceMax = 0.01;

/** What a reader of the result should know about an image's grid, whatever file it comes from. */
export function gridFindings(geometry: Geometry): ImageFinding[] {
  return [oblique(geometry), coarse(geometry)].filter((finding) => finding !== undefined);
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
