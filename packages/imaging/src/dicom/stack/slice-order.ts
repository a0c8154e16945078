import { cross, difference, dot, length, scaled, sum, unit } from '../../geometry/vector.ts';
import type { ImageFinding, Triple } from '../../volume.ts';
import type { Plane } from './plane.ts';
import { sliceGap } from './slice-gap.ts';

/** Closer together, images lie at one place: no abdominal protocol has slices this thin. */
const samePlaceMmMax = 0.01;
/**
 * Largest tangent of the angle between stack and normal (0.6°), and how far a slice may lie beside the line from first to last, mm. Rounded positions
 * explain less than that, and the affine has lesser tilts in it. dicom2nifti allows 0.05; dcm2niix shears tilted CT back, and lets MR be.
 */
const tiltMax = 0.01;
const shiftMmMax = 0.2;

/** A place that has an image. */
export interface Place {
  readonly plane: Plane;
  /** Along the normal, mm. */
  readonly at: number;
}

/** Parallel images as they lie in the patient. */
export interface SliceOrder {
  /** Ascending along the normal; of several images at one place one. */
  readonly planes: readonly Plane[];
  /** From slice to slice, LPS, mm. Undefined where there is but one place. */
  readonly step: Triple | undefined;
  /** DUPLICATE_SLICES, SLICE_GAP, TILTED_SLICES. */
  readonly findings: readonly ImageFinding[];
}

/** Sorts parallel images along the normal of their planes (row × column) and measures their distances. Instance numbers play no part. */
export function orderSlices(images: readonly Plane[]): SliceOrder {
  const [{ row, column }] = images as [Plane];
  const normal = unit(cross(row, column));
  const sorted = images
    .map((plane) => ({ plane, at: dot(plane.position, normal) }))
    .toSorted((a, b) => a.at - b.at);
  const places = sorted.filter(({ at }, n) => n === 0 || at - sorted[n - 1]!.at > samePlaceMmMax);
  const planes = places.map(({ plane }) => plane);

  const found = [duplicates(images.length, places.length)];
  const [first, last] = [planes[0]!, planes.at(-1)!];
  if (first !== last) found.push(sliceGap(places), tilt(places, normal));
  return {
    planes,
    step:
      first === last ? undefined : scaled(difference(last.position, first.position), 1 / (planes.length - 1)),
    findings: found.filter((finding) => finding !== undefined),
  };
}

function duplicates(images: number, places: number): ImageFinding | undefined {
  if (images === places) return undefined;
  return {
    code: 'DUPLICATE_SLICES',
    severity: 'SEVERE',
    message: `Several images lie at one place, and nothing tells them apart: places ${places}, images ${images}.`,
    value: images - places,
  };
}

function tilt(places: readonly Place[], normal: Triple): ImageFinding | undefined {
  const [first, last] = [places[0]!, places.at(-1)!];
  const span = difference(last.plane.position, first.plane.position);
  const along = last.at - first.at;
  const tangent = length(difference(span, scaled(normal, along))) / along;
  const shift = places.reduce((most, { plane, at }) => {
    const onLine = sum(first.plane.position, scaled(span, (at - first.at) / along));
    return Math.max(most, length(difference(plane.position, onLine)));
  }, 0);
  if (tangent <= tiltMax && shift <= shiftMmMax) return undefined;
  const degrees = (Math.atan(tangent) * 180) / Math.PI;
  return {
    code: 'TILTED_SLICES',
    severity: 'SEVERE',
    message:
      tangent > tiltMax
        ? `The slices are shifted against each other: the stack leans by ${degrees.toFixed(1)}° from their normal.`
        : `The slices are shifted against each other: one lies ${shift.toFixed(2)} mm beside the others.`,
    value: tangent > tiltMax ? degrees : shift,
  };
}
