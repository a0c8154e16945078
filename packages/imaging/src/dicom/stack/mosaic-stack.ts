import { cross, dot, length, scaled, sum, unit } from '../../geometry/vector.ts';
import type { Geometry, ImageFinding, Triple } from '../../volume.ts';
import { tileOffset, mosaicLayout } from '../mosaic.ts';
import { geometryOf } from './geometry-of.ts';
import type { Plane } from './plane.ts';

/** How far the normal that a mosaic states may be off that of its plane, as a cosine: 0.6°. */
const normalErrorMax = 5e-5;

/**
 * Where the slices of a mosaic lie. One image has one position: direction and distance of the slices are what the file says. SEVERE MOSAIC_IMAGE where
 * it does not.
 */
export function mosaicGeometry(plane: Plane): { geometry?: Geometry; finding: ImageFinding } {
  const { frame, instance } = plane.image;
  const { tiles, normal } = instance.mosaic!;
  const layout = mosaicLayout(instance.pixels!, tiles);
  if (layout === undefined) return refused(`does not divide into ${tiles} tiles of one size`);
  const spacing = frame.spacingBetweenSlicesMm;
  if (!(spacing !== undefined && spacing > 0 && spacing < Infinity))
    return refused('does not say how far apart its slices lie');
  if (normal.length !== 3) return refused('does not say in which order its slices lie');
  const direction = normal as readonly number[] as Triple;
  const cosine = dot(unit(direction), unit(cross(plane.row, plane.column)));
  if (!(Math.abs(length(direction) - 1) < 0.01 && 1 - Math.abs(cosine) <= normalErrorMax)) {
    return refused('says of its slices’ normal what contradicts their orientation');
  }

  const [columns, rows] = tileOffset(layout);
  const alongRow = scaled(plane.row, columns * plane.columnSpacing);
  const alongColumn = scaled(plane.column, rows * plane.rowSpacing);
  const position = sum(plane.position, sum(alongRow, alongColumn));
  const step = scaled(unit(direction), spacing);
  return {
    geometry: geometryOf(plane, position, step, [layout.columns, layout.rows, tiles]),
    finding: {
      code: 'MOSAIC_UNTILED',
      severity: 'INFO',
      message: 'The image is a Siemens mosaic: its tiles were taken apart, as far apart as the file states.',
      value: tiles,
    },
  };
}

function refused(why: string): { finding: ImageFinding } {
  return {
    finding: {
      code: 'MOSAIC_IMAGE',
      severity: 'SEVERE',
      message: `The image is a Siemens mosaic, and ${why}.`,
    },
  };
}
