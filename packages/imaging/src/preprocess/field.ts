import type { Preprocessing } from '@hepastage/proto';
import type { Region } from './region.ts';

/** The H×W pixels of every slice, and which of them are kept: the others are padding. */
export interface Field {
  /** x of column 0 and y of row 0; both decrease, mm. */
  readonly xMm: number;
  readonly yMm: number;
  readonly spacingMm: number;
  readonly height: number;
  readonly width: number;
  readonly rows: Span;
  readonly columns: Span;
}

/** Pixels from `from` up to but without `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A pixel centre this close to the box's edge is inside: rounding. */
const edgeToleranceMm = 1e-3;

/** A field around the region's centre. Around a liver, pixels further than the margin from its box are padding. */
export function fieldOf(region: Region, { spacingMm, height, width, liverMarginMm }: Preprocessing): Field {
  const marginMm = region.kind === 'liver_mask' ? liverMarginMm : Infinity;
  const centre = (axis: 0 | 1): number => (region.min[axis] + region.max[axis]) / 2;
  const kept = (axis: 0 | 1, pixels: number): Span => {
    const reachMm = (region.max[axis] - region.min[axis]) / 2 + marginMm + edgeToleranceMm;
    const reach = Math.min(reachMm / spacingMm, pixels);
    const middle = (pixels - 1) / 2;
    return {
      from: Math.max(0, Math.ceil(middle - reach)),
      to: Math.min(pixels, Math.floor(middle + reach) + 1),
    };
  };
  return {
    xMm: centre(0) + ((width - 1) / 2) * spacingMm,
    yMm: centre(1) + ((height - 1) / 2) * spacingMm,
    spacingMm,
    height,
    width,
    rows: kept(1, height),
    columns: kept(0, width),
  };
}
