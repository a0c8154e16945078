import type { Affine, Geometry, Triple } from '@hepastage/imaging';
import { ErrorCode, HepastageError } from '@hepastage/proto';

/** A volume as DICOM places its slices: LPS, mm (PS3.3, C.7.6.2.1.1). */
export interface Planes {
  /** Direction cosines of a row, in which columns follow each other, then of a column. */
  readonly orientation: readonly number[];
  /** Between rows, then between columns. */
  readonly pixelSpacingMm: readonly [number, number];
  /** From slice to slice, along the normal. */
  readonly sliceSpacingMm: number;
  /** Centre of the first pixel of each slice. */
  readonly positionsMm: readonly Triple[];
}

/** Cosine up to which rows and columns count as perpendicular. */
const cosineMax = 1e-3;

/**
 * Where the slices `first` up to, but without, `end` of a volume lie: i runs along the rows, j along the columns, k from slice to slice. Throws INVALID_AFFINE where the affine is sheared within the
 * slices: DICOM knows no such pixels.
 */
export function planesOf(
  { affine, dims }: Pick<Geometry, 'affine' | 'dims'>,
  first = 0,
  end: number = dims[2],
): Planes {
  const [across, down, through] = [0, 1, 2].map((column) => lpsColumn(affine, column)) as [
    Triple,
    Triple,
    Triple,
  ];
  const origin = lpsColumn(affine, 3);
  const row = unit(across);
  const column = unit(down);
  if (!isUpright({ affine })) {
    throw new HepastageError(ErrorCode.INVALID_AFFINE, {
      what: 'the rows and columns of the image are not perpendicular',
      where: 'affine',
      action: 'resample the image to a grid without shear',
    });
  }
  // What is left of a skew would make the cosines invalid (PS3.3, C.7.6.2.1.1: orthogonal).
  const upright = unit(minus(column, scaled(row, dot(row, column))));
  return {
    orientation: [...row, ...upright],
    pixelSpacingMm: [Math.hypot(...down), Math.hypot(...across)],
    sliceSpacingMm: Math.abs(dot(cross(row, upright), through)),
    positionsMm: Array.from({ length: end - first }, (_, n) => plus(origin, scaled(through, first + n))),
  };
}

/** Whether rows and columns are perpendicular, so that DICOM has a place for the slices. */
export function isUpright({ affine }: Pick<Geometry, 'affine'>): boolean {
  return Math.abs(dot(unit(lpsColumn(affine, 0)), unit(lpsColumn(affine, 1)))) <= cosineMax;
}

/** A column of the affine, RAS turned into LPS. */
function lpsColumn(affine: Affine, column: number): Triple {
  return [-affine[column]!, -affine[4 + column]!, affine[8 + column]!];
}

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function cross(a: Triple, b: Triple): Triple {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** Without negative zeros, which a decimal string would show. */
function scaled(a: Triple, factor: number): Triple {
  return [a[0] * factor + 0, a[1] * factor + 0, a[2] * factor + 0];
}

function plus(a: Triple, b: Triple): Triple {
  return [a[0] + b[0] + 0, a[1] + b[1] + 0, a[2] + b[2] + 0];
}

function minus(a: Triple, b: Triple): Triple {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function unit(a: Triple): Triple {
  return scaled(a, 1 / Math.hypot(...a));
}
