import type { PixelFormat } from '@hepastage/proto';
import type { VoxelArray } from '../volume.ts';

/** Stored value → value. */
export interface Rescale {
  readonly slope: number;
  readonly intercept: number;
}

export interface VoxelArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (voxels: number): VoxelArray;
}

/** The smallest array that holds every stored value of the format. */
export function voxelArrayFor({ bitsAllocated, signed }: PixelFormat): VoxelArrayConstructor {
  if (bitsAllocated <= 8) return signed ? Int8Array : Uint8Array;
  if (bitsAllocated <= 16) return signed ? Int16Array : Uint16Array;
  return signed ? Int32Array : Uint32Array;
}

/**
 * Padding (Pixel Padding Value, or the range to Pixel Padding Range Limit; DICOM PS3.3, C.7.5.1.1.2) lies outside of what was imaged, so it becomes
 * background, in place: the darkest value of the slice that is not padding. Padding of value 0 stays, that is no signal already; other padding may be
 * the largest or smallest number there is, which would count as the brightest tissue or stretch the scale of all others. A slice that is all padding
 * stays as it is.
 */
export function replacePadding(stored: VoxelArray, format: PixelFormat, { slope, intercept }: Rescale): void {
  const { paddingValue, paddingRangeLimit = paddingValue } = format;
  if (paddingValue === undefined || paddingRangeLimit === undefined) return;
  const [from, to] = [Math.min(paddingValue, paddingRangeLimit), Math.max(paddingValue, paddingRangeLimit)];
  const isPadding = (value: number): boolean => value >= from && value <= to;
  const largestIsDarkest = slope < 0 !== isInverted(format);

  let darkest: number | undefined;
  for (const value of stored) {
    if (isPadding(value)) continue;
    if (darkest === undefined || (largestIsDarkest ? value > darkest : value < darkest)) darkest = value;
  }
  if (darkest === undefined) return;
  const noSignal = isInverted(format) ? Number.NaN : (0 - intercept) / slope;
  for (let n = 0; n < stored.length; n++) {
    if (isPadding(stored[n]!) && stored[n] !== noSignal) stored[n] = darkest;
  }
}

/** Where the smallest value is white (MONOCHROME1), turns values over within their stored bits, in place: bright is much, as everywhere else. */
export function turnOver(stored: VoxelArray, format: PixelFormat): void {
  if (!isInverted(format)) return;
  // Smallest and largest value add up to this.
  const ends = format.signed ? -1 : 2 ** format.bitsStored - 1;
  for (let n = 0; n < stored.length; n++) stored[n] = ends - stored[n]!;
}

function isInverted({ photometricInterpretation }: PixelFormat): boolean {
  return photometricInterpretation === 'MONOCHROME1';
}
