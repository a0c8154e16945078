import { gridFindings, spacingDifferenceMax } from '../geometry/geometry-findings.ts';
import type { Geometry, ImageFinding } from '../volume.ts';
import type { NiftiHeader } from './header.ts';

/** What a reader of the result should know about the image's geometry. */
export function geometryFindings(geometry: Geometry, header: NiftiHeader): ImageFinding[] {
  return [noSpatialReference(geometry), ...gridFindings(geometry), contradicted(geometry, header)].filter(
    (finding) => finding !== undefined,
  );
}

function noSpatialReference({ affineSource }: Geometry): ImageFinding | undefined {
  if (affineSource !== 'none') return undefined;
  return {
    code: 'NO_SPATIAL_REFERENCE',
    severity: 'WARNING',
    message: 'The file does not say how the patient lay: voxel axes were taken as right, anterior, superior.',
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
