import type { ImageFinding } from '../../volume.ts';
import type { SeriesImage } from '../dicom-series.ts';
import type { Place } from './slice-order.ts';

/**
 * How far distances between neighbours may differ from the usual one: 5 %, or 0.1 mm where that is more, which is what rounding of positions explains.
 * A missing slice makes 100 %. dicom2nifti allows the same; dcm2niix warns, and writes the volume as if nothing were missing.
 */
const differenceMax = 0.05;
const differenceMmMax = 0.1;
/** How far a slice may lie from its place in the affine, as a share of the step: distances that all differ a little add up. */
const driftMax = 0.25;

/** SLICE_GAP, where the distances between two or more places, in their order, differ. */
export function sliceGap(places: readonly Place[]): ImageFinding | undefined {
  const distances = places.slice(1).map(({ at }, n) => at - places[n]!.at);
  const usual = lowerMedian(distances);
  const tolerance = Math.max(differenceMax * usual, differenceMmMax);
  const differences = distances.map((distance) => Math.abs(distance - usual));
  const wrong = differences.filter((off) => off > tolerance).length;
  if (wrong === 0) return drift(places, usual);

  const worst = differences.reduce((most, off, n) => (off > differences[most]! ? n : most), 0);
  const [before, after] = [places[worst]!, places[worst + 1]!].map(({ plane }) => nameOf(plane.image));
  return {
    code: 'SLICE_GAP',
    severity: 'SEVERE',
    message:
      `Slices are missing or lie unevenly: slices ${worst + 1} and ${worst + 2} of ${places.length} (${before} and ${after}) lie ` +
      `${distances[worst]!.toFixed(2)} mm apart instead of ${usual.toFixed(2)} mm` +
      `${wrong > 1 ? `; so do others, ${wrong} distances in all` : ''}.`,
    value: distances[worst]!,
  };
}

function drift(places: readonly Place[], usual: number): ImageFinding | undefined {
  const [first, last] = [places[0]!.at, places.at(-1)!.at];
  const step = (last - first) / (places.length - 1);
  const offs = places.map(({ at }, k) => Math.abs(at - (first + k * step)));
  const worst = offs.reduce((most, off, n) => (off > offs[most]! ? n : most), 0);
  if (offs[worst]! <= driftMax * usual) return undefined;
  return {
    code: 'SLICE_GAP',
    severity: 'SEVERE',
    message: `The slices lie unevenly: slice ${worst + 1} of ${places.length} lies ${offs[worst]!.toFixed(2)} mm from where even steps of ${step.toFixed(2)} mm lead.`,
    value: offs[worst]!,
  };
}

/** Of a long distance and a short one the short one: slices that are missing only make distances longer. */
function lowerMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}

/** What its sender finds the image by. */
function nameOf({ instance, index }: SeriesImage): string {
  return instance.frames.length > 1 ? `frame ${index + 1}` : `instance ${instance.instanceNumber}`;
}
