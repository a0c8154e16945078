import type { Geometry } from '../volume.ts';
import type { NativePlanes } from './planes.ts';

/** A ratio this little above a whole number is that number: rounding of float32 headers. */
const ratioTolerance = 1e-3;

/** More samples make an image of microscopic voxels slow, and no better. */
const perSideMax = 8;

/** Samples per pixel along each side that pixels larger than voxels need against aliasing. */
export function subsamplesPerSide(spacingMm: number, { spacing }: Geometry, { axis }: NativePlanes): number {
  const inPlane = spacing.filter((_, other) => other !== axis);
  const wanted = Math.ceil(spacingMm / Math.min(...inPlane) - ratioTolerance);
  return Math.min(perSideMax, Math.max(1, wanted));
}

/** World coordinates of the subsamples of pixels 0 … `pixels` − 1 along a side; pixel 0 is centred at `startMm`, coordinates decrease, mm. */
export function subsampleCoordinates(
  startMm: number,
  spacingMm: number,
  pixels: number,
  perSide: number,
): Float64Array {
  return Float64Array.from(
    { length: pixels * perSide },
    (_, n) => startMm - spacingMm * ((n + 0.5) / perSide - 0.5),
  );
}
