import { affineOf, columnNorms } from '../../geometry/affine.ts';
import { orientationOf } from '../../geometry/orientation.ts';
import { scaled } from '../../geometry/vector.ts';
import type { Geometry, Triple } from '../../volume.ts';
import type { Plane } from './plane.ts';

/**
 * The grid whose first slice lies in `plane`, with `step` (LPS, mm) from slice to slice. i runs along the row, j along the column. DICOM PS3.3,
 * C.7.6.2.1.1, with x and y turned: DICOM counts to the left and to the back (LPS), we to the right and to the front (RAS).
 */
export function geometryOf(
  { row, column, columnSpacing, rowSpacing }: Plane,
  position: Triple,
  step: Triple,
  dims: Triple,
): Geometry {
  const i = scaled(row, columnSpacing);
  const j = scaled(column, rowSpacing);
  // 0 − x, not −x: no matrix is to say −0.
  const turned = (axis: 0 | 1): number[] => [i, j, step, position].map((vector) => 0 - vector[axis]);
  const affine = affineOf([turned(0), turned(1), [i[2], j[2], step[2], position[2]]]);
  return {
    dims,
    affine,
    spacing: columnNorms(affine),
    affineSource: 'dicom',
    orientation: orientationOf(affine),
  };
}
