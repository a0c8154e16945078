import { corruptPixelData } from './corrupt-pixel-data.ts';
import { EntropyBits } from './entropy-bits.ts';
import { type HuffmanTable, huffmanTableOf } from './huffman-table.ts';
import type { JpegHeader } from './jpeg-header.ts';
import { restartIntervalOf, scanOf } from './jpeg-scan.ts';

const edge = 8;
const blockSize = edge * edge;
const defineQuantization = 0xdb;

/**
 * Decodes a sequential JPEG image of one component by Huffman codes and DCT (ITU-T T.81, annex F): the 12-bit ones of process 4, which no library that we
 * would use decodes. Throws CORRUPT_PIXEL_DATA.
 */
export function decodeJpegExtended(header: JpegHeader): Uint16Array {
  const { width, height, precision, segments, scan } = header;
  const { dcTable, acTable } = scanOf(header);
  const tables = {
    dc: huffmanTableOf(segments, 'dc', dcTable),
    ac: huffmanTableOf(segments, 'ac', acTable),
    steps: quantizationOf(header),
  };
  const bits = new EntropyBits(scan);
  const [across, down] = [Math.ceil(width / edge), Math.ceil(height / edge)];
  const interval = restartIntervalOf(segments) || across * down;
  const samples = new Uint16Array(width * height);
  const block = new Float32Array(blockSize);
  let dc = 0;
  for (let n = 0; n < across * down; n++) {
    if (n > 0 && n % interval === 0) {
      bits.endInterval();
      dc = 0;
    }
    dc = readBlock(bits, tables, block, dc);
    inverseDct(block);
    placeBlock(block, samples, {
      left: edge * (n % across),
      top: edge * Math.floor(n / across),
      width,
      height,
      precision,
    });
  }
  bits.endInterval();
  if (!bits.done) throw corruptPixelData('the data of its JPEG image is damaged');
  return samples;
}

interface BlockTables {
  readonly dc: HuffmanTable;
  readonly ac: HuffmanTable;
  /** In zigzag order. */
  readonly steps: Uint16Array;
}

/** Reads and dequantizes a block's coefficients (F.2.2). Returns its DC coefficient, before that. */
function readBlock(
  bits: EntropyBits,
  { dc, ac, steps }: BlockTables,
  block: Float32Array,
  before: number,
): number {
  block.fill(0);
  const level = before + bits.signed(sizeOf(bits.symbol(dc)));
  block[0] = level * steps[0]!;
  for (let n = 1; n < blockSize; n++) {
    const symbol = bits.symbol(ac);
    const [run, size] = [symbol >> 4, symbol & 0xf];
    if (size === 0) {
      // Either 16 zeros, or nothing but zeros to the end of the block.
      if (run < 15) break;
      n += 15;
      continue;
    }
    n += run;
    if (n >= blockSize) throw corruptPixelData('a block of its JPEG image has too many coefficients');
    block[zigzag[n]!] = bits.signed(size) * steps[n]!;
  }
  return level;
}

/** Of 12-bit images, differences have 15 bits at most (table F.6). */
function sizeOf(symbol: number): number {
  if (symbol <= 15) return symbol;
  throw corruptPixelData('the data of its JPEG image is damaged');
}

/** The quantization table that the component names (B.2.4.1), in zigzag order. */
function quantizationOf({ segments }: JpegHeader): Uint16Array {
  const frame = segments.find(({ marker }) => marker === 0xc0 || marker === 0xc1)!.bytes;
  const wanted = frame[8];
  let found: Uint16Array | undefined;
  for (const { bytes } of segments.filter(({ marker }) => marker === defineQuantization)) {
    for (let at = 0; at < bytes.length;) {
      const wide = bytes[at]! >> 4 === 1;
      const entries = bytes.subarray(at + 1, at + 1 + blockSize * (wide ? 2 : 1));
      if ((bytes[at]! & 0xf) === wanted && entries.length === blockSize * (wide ? 2 : 1)) {
        found = Uint16Array.from({ length: blockSize }, (_, n) =>
          wide ? 256 * entries[2 * n]! + entries[2 * n + 1]! : entries[n]!,
        );
      }
      at += 1 + blockSize * (wide ? 2 : 1);
    }
  }
  if (found === undefined) throw corruptPixelData('its JPEG image uses a table that it does not have');
  return found;
}

/** Where in a block the coefficients lie that are written diagonal by diagonal (figure A.6). */
const zigzag = Uint8Array.from(
  Array.from({ length: blockSize }, (_, n) => n).sort((one, other) => {
    const [line, otherLine] = [(one >> 3) + (one & 7), (other >> 3) + (other & 7)];
    if (line !== otherLine) return line - otherLine;
    // Odd diagonals run down, even ones up.
    return line % 2 === 1 ? (one >> 3) - (other >> 3) : (other >> 3) - (one >> 3);
  }),
);

/** Weight of frequency u at place x: `cosines[8 × u + x]` (A.3.3). */
const cosines = Float32Array.from({ length: blockSize }, (_, n) => {
  const [frequency, place] = [n >> 3, n & 7];
  return (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * place + 1) * frequency * Math.PI) / 16);
});

const halfway = new Float32Array(blockSize);

/** In place: rows, then columns. */
function inverseDct(block: Float32Array): void {
  halfway.fill(0);
  for (let n = 0; n < blockSize; n++) {
    const coefficient = block[n]!;
    if (coefficient === 0) continue;
    const [row, frequency] = [n & ~7, (n & 7) << 3];
    for (let x = 0; x < edge; x++) halfway[row + x]! += coefficient * cosines[frequency + x]!;
  }
  block.fill(0);
  for (let n = 0; n < blockSize; n++) {
    const coefficient = halfway[n]!;
    if (coefficient === 0) continue;
    const [frequency, x] = [n & ~7, n & 7];
    for (let y = 0; y < edge; y++) block[(y << 3) + x]! += coefficient * cosines[frequency + y]!;
  }
}

interface Target {
  readonly left: number;
  readonly top: number;
  /** Of the whole image. */
  readonly width: number;
  readonly height: number;
  readonly precision: number;
}

/** Shifts the levels up by half of their range (A.3.1), and leaves out what lies beyond the image. */
function placeBlock(
  block: Float32Array,
  samples: Uint16Array,
  { left, top, width, height, precision }: Target,
): void {
  const middle = 2 ** (precision - 1);
  const most = 2 ** precision - 1;
  for (let y = 0; y < edge && top + y < height; y++) {
    for (let x = 0; x < edge && left + x < width; x++) {
      const level = Math.round(block[8 * y + x]! + middle);
      samples[(top + y) * width + left + x] = Math.min(most, Math.max(0, level));
    }
  }
}
