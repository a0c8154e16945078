import type { ImageFinding } from '../../volume.ts';
import type { Plane } from './plane.ts';

/**
 * Largest difference between direction cosines of parallel images: 0.25 mm at the edge of a field of view of 500 mm. Positions and cosines are
 * written with six digits or more, so equal ones differ by 10⁻⁶. dicom2nifti allows the same.
 */
const cosineDifferenceMax = 1e-3;
/** Largest relative difference between pixel spacings that are the same: 0.05 mm across a field of view of 500 mm. */
const spacingDifferenceMax = 1e-4;

/** The images' planes must be parallel, rows along rows. */
export function mixedOrientations(planes: readonly Plane[]): ImageFinding | undefined {
  const [first] = planes as [Plane];
  const others = planes.filter((plane) => cosineDifference(plane, first) > cosineDifferenceMax).length;
  if (others === 0) return undefined;
  return {
    code: 'MIXED_ORIENTATIONS',
    severity: 'SEVERE',
    message: `The images are not parallel: ${others} of ${planes.length} are turned against the first.`,
    value: others,
  };
}

/** The images must have one size, pixel spacing and pixel format. */
export function mixedGrids(planes: readonly Plane[]): ImageFinding | undefined {
  const [first] = planes as [Plane];
  const others = planes.filter((plane) => !isSameGrid(plane, first)).length;
  if (others === 0) return undefined;
  return {
    code: 'MIXED_GRIDS',
    severity: 'SEVERE',
    message: `The images differ in size, pixel spacing or pixel format: ${others} of ${planes.length} from the first.`,
    value: others,
  };
}

function cosineDifference(a: Plane, b: Plane): number {
  const differences = [0, 1, 2].flatMap((n) => [a.row[n]! - b.row[n]!, a.column[n]! - b.column[n]!]);
  return Math.max(...differences.map(Math.abs));
}

function isSameGrid(a: Plane, b: Plane): boolean {
  return (
    isSameSpacing(a.rowSpacing, b.rowSpacing) &&
    isSameSpacing(a.columnSpacing, b.columnSpacing) &&
    pixelKind(a) === pixelKind(b)
  );
}

function isSameSpacing(a: number, b: number): boolean {
  return Math.abs(a - b) <= spacingDifferenceMax * b;
}

/** Bits Stored may differ, as every file is decoded by its own; but not where it says what white is. */
function pixelKind({ image }: Plane): string {
  const { rows, columns, photometricInterpretation, bitsAllocated, bitsStored, signed } =
    image.instance.pixels!;
  const white = photometricInterpretation === 'MONOCHROME1' ? bitsStored : 0;
  return [rows, columns, photometricInterpretation, bitsAllocated, signed, white].join();
}
