import type { DicomFrame } from '@hepastage/proto';
import type { SeriesFacts } from './series-facts.ts';

const planes = ['sagittal', 'coronal', 'axial'] as const;

/** The anatomical plane closest to that of the first image that states its orientation; undefined if none does. */
export function planeOf(frames: readonly DicomFrame[]): SeriesFacts['plane'] {
  const orientation = frames.find((frame) => frame.orientation.length === 6)?.orientation;
  if (orientation === undefined) return undefined;
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d].map(Math.abs);
  const steepest = normal.indexOf(Math.max(...normal));
  return planes[steepest];
}
