import type { Preprocessing } from '@hepastage/proto';
import { affineOf } from '../geometry/affine.ts';
import type { Triple, Volume } from '../volume.ts';
import { bodyOf } from './body.ts';
import { intensityOf } from './intensity.ts';
import { checkPreprocessing } from './preprocessing-check.ts';
import { type Region, regionOfMask } from './region.ts';
import type { SliceStack } from './slice-stack.ts';
import { stackSlices } from './stack-slices.ts';

/** Slices of one size that came as pictures: without spacing or place. */
export interface PictureStack {
  readonly pictures: number;
  readonly rows: number;
  readonly columns: number;
  /** `[pictures, rows, columns]`, inferior → superior, in radiological view: anterior at the top, the patient's right on the left. */
  readonly grey: Uint8Array;
  /** The same of the liver masks: above 0 is liver. */
  readonly liver: Uint8Array | undefined;
}

/**
 * Turns pictures into the slices that an encoder reads, as `preprocess` does with a volume. Where a picture does not say what a volume would, this is
 * taken for granted:
 *
 * - **Size.** The picture as a whole is resized to H×W (the mean of bilinear samples), so a pixel of the slice stands for `spacingMm`. Around a liver mask
 *   the field is shifted to the liver's centre, and what is further than `liverMarginMm` from its box is padding.
 * - **Slices.** The pictures are `minSliceSpacingMm` (1 mm, if that is 0) apart: a slice's channels are the very next pictures. Slices are spread evenly
 *   over the liver's pictures or over all; `zMm` counts from the first picture.
 * - **Values.** Statistics are those of a volume. Those of the pixels that are not 0 would turn the air of real pictures, which is noise, into grey.
 *
 * Throws CONSTANT_IMAGE, EMPTY_MASK; INVALID_MODEL if `how` is impossible.
 */
export function preprocessPictures(stack: PictureStack, how: Preprocessing): SliceStack {
  checkPreprocessing(how);
  const volume = volumeOf(stack.grey, stack, how);
  const region =
    stack.liver === undefined ? wholeOf(volume) : regionOfMask(volumeOf(stack.liver, stack, how));
  return stackSlices(volume, region, intensityOf(bodyOf(volume), how), how);
}

/** The pictures as a volume whose field of view is H×W pixels of `spacingMm`. */
function volumeOf(data: Uint8Array, { pictures, rows, columns }: PictureStack, how: Preprocessing): Volume {
  const spacing: Triple = [
    (how.width * how.spacingMm) / columns,
    (how.height * how.spacingMm) / rows,
    how.minSliceSpacingMm > 0 ? how.minSliceSpacingMm : 1,
  ];
  const volume: Omit<Volume, 'encoding' | 'findings'> = {
    data,
    dims: [columns, rows, pictures],
    spacing,
    affine: affineOf([
      [-spacing[0], 0, 0, 0],
      [0, -spacing[1], 0, 0],
      [0, 0, spacing[2], 0],
    ]),
    affineSource: 'none',
    orientation: 'LPS',
    slope: 1,
    intercept: 0,
  };
  // What a volume says of its file is nothing to the samplers.
  return volume as Volume;
}

function wholeOf({ dims, spacing }: Volume): Region {
  const reach = (axis: 0 | 1 | 2): number => (dims[axis] - 1) * spacing[axis];
  return { kind: 'body', min: [-reach(0), -reach(1), 0], max: [0, 0, reach(2)] };
}
