import { corruptPixelData } from './corrupt-pixel-data.ts';
import type { JpegSegment } from './jpeg-header.ts';

export interface HuffmanTable {
  /** For any 16 bits, the code that they begin with: its length × 256 + its symbol; 0 where no code does. */
  readonly codes: Uint16Array;
  /** The same for codes that fit in `shortBits`: nearly all that occur, in a table that stays in the processor's first cache. */
  readonly short: Uint16Array;
}

const shortBits = 9;

/** The code that 16 bits begin with: its length × 256 + its symbol; 0 where no code does. */
export function symbolAt({ short, codes }: HuffmanTable, window: number): number {
  return short[window >> (16 - shortBits)]! || codes[window]!;
}

const tableClass = { dc: 0, ac: 1 } as const;
const defineTables = 0xc4;
const codeBitsMax = 16;

/** The table of that class and destination in DHT segments (ITU-T T.81, B.2.4.2); of several, the last. Throws CORRUPT_PIXEL_DATA. */
export function huffmanTableOf(
  segments: readonly JpegSegment[],
  kind: keyof typeof tableClass,
  destination: number,
): HuffmanTable {
  let found: HuffmanTable | undefined;
  for (const { bytes } of segments.filter(({ marker }) => marker === defineTables)) {
    for (let at = 0; at < bytes.length;) {
      const counts = bytes.subarray(at + 1, at + 1 + codeBitsMax);
      const symbols = bytes.subarray(at + 1 + codeBitsMax).subarray(
        0,
        counts.reduce((sum, count) => sum + count, 0),
      );
      if (bytes[at] === 16 * tableClass[kind] + destination) found = buildTable(counts, symbols);
      at += 1 + codeBitsMax + symbols.length;
    }
  }
  if (found === undefined) throw corruptPixelData('its JPEG image uses a table that it does not have');
  return found;
}

/** Codes are counted up from the shortest (annex C); each fills all entries that begin with it. */
function buildTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const codes = new Uint16Array(1 << codeBitsMax);
  let next = 0;
  let entry = 0;
  for (const [index, count] of counts.entries()) {
    const bits = index + 1;
    for (let n = 0; n < count; n++) {
      const end = entry + (1 << (codeBitsMax - bits));
      const symbol = symbols[next++];
      if (symbol === undefined || end > codes.length) {
        throw corruptPixelData('its JPEG image has a damaged table');
      }
      codes.fill(256 * bits + symbol, entry, end);
      entry = end;
    }
  }
  const short = Uint16Array.from({ length: 1 << shortBits }, (_, n) => {
    const code = codes[n << (codeBitsMax - shortBits)]!;
    return code >> 8 <= shortBits ? code : 0;
  });
  return { codes, short };
}
