import { corruptPixelData } from './corrupt-pixel-data.ts';
import { EntropyBits } from './entropy-bits.ts';
import type { HuffmanTable } from './huffman-table.ts';
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
  const table = huffmanTableOf(segments, 'dc', dcTable);
  const bits = new EntropyBits(scan);
  const samples = new Uint16Array(width * height);
  const first = 1 << (precision - pointTransform - 1);
  for (let row = 0; row < height; row++) {
    if (row % rowsOfInterval === 0) {
      if (row > 0) bits.endInterval();
      decodeFirstRow(bits, table, samples, { at: row * width, width, first });
    } else {
      decodeRow(bits, table, samples, { at: row * width, width, predictor });
    }
  }
  bits.endInterval();
  if (!bits.done) throw corruptPixelData('the data of its JPEG image is damaged');
  if (pointTransform > 0) for (let n = 0; n < samples.length; n++) samples[n]! <<= pointTransform;
  return samples;
}

/** Row by the sample to the left; the first one by the middle of the range (H.1.2.1). Differences count modulo 2¹⁶, as the array does. */
function decodeFirstRow(
  bits: EntropyBits,
  table: HuffmanTable,
  samples: Uint16Array,
  { at, width, first }: { readonly at: number; readonly width: number; readonly first: number },
): void {
  let left = first;
  for (let n = at; n < at + width; n++) {
    samples[n] = left + difference(bits, table);
    left = samples[n]!;
  }
}

/** A row by its neighbours to the left (a), above (b) and above left (c); the first sample by the one above. */
function decodeRow(
  bits: EntropyBits,
  table: HuffmanTable,
  samples: Uint16Array,
  { at, width, predictor }: { readonly at: number; readonly width: number; readonly predictor: number },
): void {
  let c = samples[at - width]!;
  let a = (c + difference(bits, table)) & 0xff_ff;
  samples[at] = a;
  for (let n = at + 1; n < at + width; n++) {
    const b = samples[n - width]!;
    a = (predicted(predictor, a, b, c) + difference(bits, table)) & 0xff_ff;
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

/** Category 16 stands for 2¹⁵ and has no more bits (H.1.2.2). */
function difference(bits: EntropyBits, table: HuffmanTable): number {
  const size = bits.symbol(table);
  if (size < 16) return bits.signed(size);
  if (size === 16) return 2 ** 15;
  throw corruptPixelData('the data of its JPEG image is damaged');
}
