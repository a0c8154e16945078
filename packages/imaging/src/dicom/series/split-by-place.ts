import { clustersBy } from './cluster.ts';
import { cross, dot, unit } from '../../geometry/vector.ts';
import type { Triple } from '../../volume.ts';
import type { SeriesImage } from '../dicom-series.ts';
import { type Group, shown, type Split, volumeImagesMin } from './part.ts';

/** Normals closer than this are one direction. */
const sameDirectionDegrees = 1;
const sameDirectionCosine = Math.cos((sameDirectionDegrees * Math.PI) / 180);
/** More directions than this are not told apart: a survey has three, a radial series as many as it has images. */
const directionsMax = 32;
/** Relative difference between pixel spacings that are one: rounding. */
const spacingTolerance = 1e-3;

/** By image size, then by pixel spacing along columns and rows. */
export const byGrid: Split = (images) => {
  const bySize = Map.groupBy(
    images,
    ({ instance: { pixels } }) => (pixels?.rows ?? 0) * 2 ** 16 + (pixels?.columns ?? 0),
  );
  const sizes = [...bySize].toSorted(([a], [b]) => a - b).map(([, members]) => members);
  return sizes.flatMap((size) =>
    spacingGroups(size, 0)
      .flatMap((rows) => spacingGroups(rows, 1))
      .map(gridGroup),
  );
};

function spacingGroups(images: readonly SeriesImage[], axis: 0 | 1): (readonly SeriesImage[])[] {
  return clustersBy(
    images,
    ({ frame }) => frame.pixelSpacingMm[axis],
    (value) => spacingTolerance * Math.abs(value),
  ).map(({ members }) => members);
}

function gridGroup(images: readonly SeriesImage[]): Group {
  const [{ instance, frame }] = images as [SeriesImage];
  const size = `${instance.pixels?.columns ?? 0} × ${instance.pixels?.rows ?? 0} pixels`;
  const [spacing] = frame.pixelSpacingMm;
  return { name: spacing === undefined ? size : `${size} of ${shown(spacing)} mm`, images };
}

/**
 * By the direction that images face. Those of a direction that has too few images for a volume stay together as one group, so that a radial series is
 * one series of mixed orientations, and not a hundred of one image.
 */
export const byOrientation: Split = (images) => {
  const directions: { normal: Triple; images: SeriesImage[] }[] = [];
  const others: SeriesImage[] = [];
  for (const image of images) {
    const normal = normalOf(image);
    const known =
      normal && directions.find((direction) => dot(direction.normal, normal) >= sameDirectionCosine);
    if (known !== undefined) known.images.push(image);
    else if (normal !== undefined && directions.length < directionsMax)
      directions.push({ normal, images: [image] });
    else others.push(image);
  }
  const isVolume = Map.groupBy(directions, ({ images: { length } }) => length >= volumeImagesMin);
  others.push(...(isVolume.get(false) ?? []).flatMap((direction) => direction.images));
  const groups = (isVolume.get(true) ?? [])
    .map((direction) => ({ name: planeNameOf(direction.normal), images: direction.images }))
    .toSorted((a, b) => planeNames.indexOf(a.name) - planeNames.indexOf(b.name));
  return [
    ...numbered(groups),
    ...(others.length > 0 ? [{ name: 'other orientations', images: others }] : []),
  ];
};

const planeNames: readonly string[] = ['axial', 'coronal', 'sagittal'];

/** The anatomical plane closest to the one of that normal. */
function planeNameOf([x, y, z]: Triple): string {
  const [a, b, c] = [Math.abs(x), Math.abs(y), Math.abs(z)];
  return c >= a && c >= b ? 'axial' : b >= a ? 'coronal' : 'sagittal';
}

/** Groups of one name get a number each. */
function numbered(groups: readonly Group[]): Group[] {
  return groups.map((group, n) => {
    const namesakes = groups.filter(({ name }) => name === group.name).length;
    const before = groups.slice(0, n).filter(({ name }) => name === group.name).length;
    return namesakes === 1 ? group : { ...group, name: `${group.name} ${before + 1}` };
  });
}

/** All images face the direction of `normal`. */
export function isOneDirection(images: readonly SeriesImage[], normal: Triple): boolean {
  return images.every((image) => {
    const own = normalOf(image);
    return own !== undefined && dot(own, normal) >= sameDirectionCosine;
  });
}

/** Row × column; undefined where the image has no orientation. LPS, unit length. */
export function normalOf({ frame: { orientation } }: SeriesImage): Triple | undefined {
  if (orientation.length !== 6) return undefined;
  const [a, b, c, d, e, f] = orientation as [number, number, number, number, number, number];
  return unit(cross([a, b, c], [d, e, f]));
}
