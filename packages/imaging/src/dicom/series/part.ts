import type { SeriesImage } from '../dicom-series.ts';

/** Images that stay together, and what sets them apart from the others of their series. */
export interface Part {
  readonly images: readonly SeriesImage[];
  readonly names: readonly string[];
}

/** A way to tell images apart: groups of them with a name each, in a fixed order. One group: they are alike. */
export type Split = (images: readonly SeriesImage[]) => readonly Group[];

export interface Group {
  readonly name: string;
  readonly images: readonly SeriesImage[];
}

/** Least images of a volume; a mosaic is one by itself. */
export const volumeImagesMin = 3;

/** Divides a part, but only if a volume comes out: a hundred single images are better told as one series than as a hundred. */
export function divided(part: Part, split: Split): Part[] {
  const groups = split(part.images);
  if (groups.length <= 1 || !groups.some(({ images }) => mayBeVolume(images))) return [part];
  return groups.map(({ name, images }) => ({ images, names: [...part.names, name] }));
}

function mayBeVolume(images: readonly SeriesImage[]): boolean {
  return images.length >= volumeImagesMin || images.some(({ instance }) => instance.mosaic !== undefined);
}

/** A number for a name: four digits are enough to tell. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
