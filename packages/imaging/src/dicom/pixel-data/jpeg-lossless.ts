import { corruptPixelData } from './corrupt-pixel-data.ts';
import { differenceTableOf } from './difference-table.ts';
import { EntropyBits } from './entropy-bits.ts';
import { huffmanTableOf } from './huffman-table.ts';
import { restartIntervalOf, scanOf } from './jpeg-scan.ts';
import type { JpegHeader } from './jpeg-header.ts';

/** Decodes a lossless JPEG image of one component (ITU-T T.81, annex H). Throws CORRUPT_PIXEL_DATA. */
export function decodeJpegLossless(header: JpegHeader): Uint16Array {
  const { width, height, precision, segments, scan } = header;
  const { dcTable, start: predictor, low: pointTransform } = scanOf(header);
  if (predictor < 1 || predictor > 7 || pointTransform >= precision) {
    throw corruptPixelData('its lossless JPEG image has an impossible predictor');
  }
  const rowsOfInterval = restartIntervalOf(segments) / width || height;
  if (!Number.isInteger(rowsOfInterval)) throw corruptPixelData('its JPEG image restarts within a row');
  const table = differenceTableOf(huffmanTableOf(segments, 'dc', dcTable));
  const bits = new EntropyBits(scan);
  const samples = new Uint16Array(width * height);
  const first = 1 << (precision - pointTransform - 1);
  for (let row = 0; row < height; row += rowsOfInterval) {
    if (row > 0) bits.endInterval();
    const interval = samples.subarray(row * width, (row + rowsOfInterval) * width);
    bits.differences(table, interval);
    addPredictions(interval, width, first, predictor);
  }
  bits.endInterval();
  if (!bits.done) throw corruptPixelData('the data of its JPEG image is damaged');
  if (pointTransform > 0) for (let n = 0; n < samples.length; n++) samples[n]! <<= pointTransform;
  return samples;
}

/** Differences become samples, in place, modulo 2¹⁶: the first row by the sample to the left, the first sample by the middle of the range (H.1.2.1). */
function addPredictions(interval: Uint16Array, width: number, first: number, predictor: number): void {
  addLeft(interval, 0, width, first);
  for (let at = width; at < interval.length; at += width) {
    if (predictor === 1) addLeft(interval, at, at + width, interval[at - width]!);
    else addPredicted(interval, at, at + width, predictor);
  }
}

/** A row by the sample to the left; its first one by `before`. */
function addLeft(samples: Uint16Array, from: number, to: number, before: number): void {
  let left = before;
  for (let n = from; n < to; n++) {
    left = (left + samples[n]!) & 0xff_ff;
    samples[n] = left;
  }
}

/** A row by its neighbours to the left (a), above (b) and above left (c); the first sample by the one above. */
function addPredicted(samples: Uint16Array, from: number, to: number, predictor: number): void {
  const width = to - from;
  let c = samples[from - width]!;
  let a = (samples[from]! + c) & 0xff_ff;
  samples[from] = a;
  for (let n = from + 1; n < to; n++) {
    const b = samples[n - width]!;
    a = (samples[n]! + predicted(predictor, a, b, c)) & 0xff_ff;
    samples[n] = a;
    c = b;
  }
}

/** Table H.1. */
function predicted(predictor: number, a: number, b: number, c: number): number {
  switch (predictor) {
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return c;
    case 4:
      return a + b - c;
    case 5:
      return a + ((b - c) >> 1);
    case 6:
      return b + ((a - c) >> 1);
    default:
      return (a + b) >> 1;
  }
}
