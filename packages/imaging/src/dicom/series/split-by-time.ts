import { dot } from '../../geometry/vector.ts';
import type { Triple } from '../../volume.ts';
import type { SeriesImage } from '../dicom-series.ts';
import { clustersBy } from './cluster.ts';
import { type Group, type Split, volumeImagesMin } from './part.ts';
import { isOneDirection, normalOf } from './split-by-place.ts';

type Images = readonly SeriesImage[];

/** Closer together along the normal, images lie at one place. */
const samePlaceMm = 0.01;
const triggerToleranceMs = 0.5;

/** What may tell apart images of one place, the surest first. */
interface Key {
  readonly name: string;
  readonly valueOf: (image: SeriesImage) => number | undefined;
  readonly tolerance: number;
}
const keys: readonly Key[] = [
  { name: 'echo', valueOf: ({ frame }) => frame.echoNumber, tolerance: 0 },
  { name: 'time point', valueOf: ({ frame }) => frame.temporalPosition, tolerance: 0 },
  { name: 'acquisition', valueOf: ({ instance }) => instance.acquisitionNumber, tolerance: 0 },
  { name: 'trigger', valueOf: ({ frame }) => frame.triggerTimeMs, tolerance: triggerToleranceMs },
];

/**
 * By echo number, time point, acquisition or trigger time: but only where images lie at one place, and by the one that leaves the fewest doing so. The
 * same numbers count slices or breath-holds elsewhere. Images at one place that nothing tells apart stay together, and so do those of a split that
 * would leave no volume.
 */
export const byTime: Split = (images) => {
  const places = placesOf(images);
  return places === undefined ? [{ name: '', images }] : splitBy(images, keys, places);
};

/** Which images lie at one place: a number for each. Undefined where they do not face one direction. */
function placesOf(images: Images): ReadonlyMap<SeriesImage, number> | undefined {
  const [first] = images;
  const normal = first && normalOf(first);
  if (normal === undefined || !isOneDirection(images, normal)) return undefined;
  const clusters = clustersBy(
    images,
    ({ frame: { positionMm } }) =>
      positionMm.length === 3 ? dot(positionMm as readonly number[] as Triple, normal) : undefined,
    () => samePlaceMm,
  );
  return new Map(
    clusters.flatMap(({ value, members }, place) =>
      value === undefined ? [] : members.map((image) => [image, place]),
    ),
  );
}

function splitBy(
  images: Images,
  candidates: readonly Key[],
  places: ReadonlyMap<SeriesImage, number>,
): readonly Group[] {
  const repeats = repeatsOf(images, places);
  const splits = candidates
    .map((key) => ({ key, parts: volumesBy(key, images, places) }))
    .filter(({ parts }) => parts.length > 1 && parts.some(({ length }) => length >= volumeImagesMin))
    .map((split) => ({
      ...split,
      left: split.parts.reduce((total, part) => total + repeatsOf(part, places), 0),
    }))
    .filter(({ left }) => left < repeats);
  const [best] = splits.toSorted((a, b) => a.left - b.left || a.parts.length - b.parts.length);
  if (repeats === 0 || best === undefined) return [{ name: '', images }];
  const others = candidates.filter((key) => key !== best.key);
  return best.parts.flatMap((part, n) =>
    splitBy(part, others, places).map((inner) => ({
      name: [`${best.key.name} ${n + 1}`, inner.name].filter(Boolean).join(', '),
      images: inner.images,
    })),
  );
}

/** The images by the key's value; values that follow each other stay together until a place comes again: one volume may take several breath-holds. */
function volumesBy(
  { valueOf, tolerance }: Key,
  images: Images,
  places: ReadonlyMap<SeriesImage, number>,
): Images[] {
  const volumes: SeriesImage[][] = [];
  let taken = new Set<number | undefined>();
  for (const { members } of clustersBy(images, valueOf, () => tolerance)) {
    const placed = members.map((image) => places.get(image));
    if (volumes.length === 0 || placed.some((place) => taken.has(place))) {
      volumes.push([]);
      taken = new Set();
    }
    for (const place of placed) taken.add(place);
    for (const image of members) volumes.at(-1)!.push(image);
  }
  return volumes;
}

/** How many images lie where another one lies already. */
function repeatsOf(images: Images, places: ReadonlyMap<SeriesImage, number>): number {
  const placed = images.map((image) => places.get(image)).filter((place) => place !== undefined);
  return placed.length - new Set(placed).size;
}
