import type { Triple } from '../../volume.ts';
import { spacingMmMax, spacingMmMin } from '../../geometry/spacing-limits.ts';
import { dot, length, unit } from '../../geometry/vector.ts';
import type { SeriesImage } from '../dicom-series.ts';

/** How far a direction cosine's length, and the cosine between row and column, may be off: far more than rounding, far less than a mistake. */
const cosineErrorMax = 0.01;
/** Furthest from the scanner's origin that a patient can lie, mm. */
const positionMmMax = 10_000;

/** Where an image lies in the patient. LPS, mm. */
export interface Plane {
  readonly image: SeriesImage;
  /** Centre of its first pixel. */
  readonly position: Triple;
  /** Direction in which the column index rises; unit length. */
  readonly row: Triple;
  /** Direction in which the row index rises; unit length. */
  readonly column: Triple;
  /** Between neighbours along `row`. */
  readonly columnSpacing: number;
  /** Between neighbours along `column`. */
  readonly rowSpacing: number;
}

/** Why an image has no plane: codes of the contract. */
export type PlaneFault = 'MISSING_GEOMETRY' | 'INVALID_ATTRIBUTE' | 'INVALID_SPACING';

/** Reads Image Position, Image Orientation (Patient) and Pixel Spacing. */
export function planeOf(image: SeriesImage): Plane | PlaneFault {
  const { positionMm, orientation, pixelSpacingMm } = image.frame;
  if (positionMm.length !== 3 || orientation.length !== 6 || pixelSpacingMm.length !== 2) {
    return 'MISSING_GEOMETRY';
  }
  const position = positionMm as readonly number[] as Triple;
  const row = orientation.slice(0, 3) as readonly number[] as Triple;
  const column = orientation.slice(3) as readonly number[] as Triple;
  if (!position.every((mm) => Math.abs(mm) <= positionMmMax)) return 'INVALID_ATTRIBUTE';
  if (!areDirections(row, column)) return 'INVALID_ATTRIBUTE';
  const [rowSpacing, columnSpacing] = pixelSpacingMm as [number, number];
  if (![rowSpacing, columnSpacing].every((mm) => mm >= spacingMmMin && mm <= spacingMmMax)) {
    return 'INVALID_SPACING';
  }
  return { image, position, row: unit(row), column: unit(column), columnSpacing, rowSpacing };
}

/** Comparisons are false for what is not finite. */
function areDirections(row: Triple, column: Triple): boolean {
  const errors = [length(row) - 1, length(column) - 1, dot(row, column)];
  return errors.every((error) => Math.abs(error) <= cosineErrorMax);
}
