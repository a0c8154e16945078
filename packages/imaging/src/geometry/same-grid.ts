import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { Grid } from '../volume.ts';
import { transform } from './affine.ts';

/** Furthest a mask's voxel may lie from its image's: rounding of float32 headers and of mask editors, far below a voxel. */
const gridDistanceMmMax = 0.1;

/** Refuses a mask that is not on its image's own grid. Throws MASK_MISMATCH. */
export function assertSameGrid(image: Grid, mask: Grid): void {
  const expected = image.dims.join('×');
  const received = mask.dims.join('×');
  if (expected !== received)
    throw mismatch('the mask has other dimensions than its image', expected, received);

  const distance = furthestDistance(image, mask);
  if (distance > gridDistanceMmMax) {
    throw mismatch(
      'the mask lies elsewhere in the patient than its image',
      `at most ${gridDistanceMmMax} mm apart`,
      `${distance.toPrecision(3)} mm`,
    );
  }
}

/** Two affine maps differ most at a corner of the grid. */
function furthestDistance(a: Grid, b: Grid): number {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) => {
    const corner = a.dims.map((voxels, axis) => ((bits >> axis) & 1) * (voxels - 1));
    return corner as [number, number, number];
  });
  const distances = corners.map((corner) => {
    const [ax, ay, az] = transform(a.affine, corner);
    const [bx, by, bz] = transform(b.affine, corner);
    return Math.hypot(ax - bx, ay - by, az - bz);
  });
  return Math.max(...distances);
}

function mismatch(what: string, expected: string, received: string): HepastageError {
  return new HepastageError(ErrorCode.MASK_MISMATCH, {
    what,
    expected,
    received,
    action: 'send a mask drawn on this very image',
  });
}
