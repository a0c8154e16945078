import { corruptPixelData } from './corrupt-pixel-data.ts';
import { type HuffmanTable, shortBits } from './huffman-table.ts';

/** Bits that may be left over after the last code: padding. More means that the codes were not those that were written. */
const spareBitsMax = 64;

/** Bits of a scan's data (ITU-T T.81, F.2.2), one restart interval at a time. */
export class EntropyBits {
  /** Without stuffed bytes and markers. */
  readonly #bytes: Uint8Array;
  /** Bits before the end of each restart interval. */
  readonly #ends: readonly number[];
  #interval = 0;
  /** Position, bits. */
  #at = 0;

  constructor(scan: Uint8Array) {
    // Reads go up to four bytes beyond the end, and find zeros.
    const bytes = new Uint8Array(scan.length + 8);
    const ends: number[] = [];
    let length = 0;
    for (let n = 0; n < scan.length; n++) {
      const byte = scan[n]!;
      if (byte !== 0xff) {
        bytes[length++] = byte;
        continue;
      }
      const next = scan[++n] ?? 0xff;
      if (next === 0) bytes[length++] = byte;
      else if (next >= 0xd0 && next <= 0xd7) ends.push(8 * length);
      // A fill byte: the next FF may begin a marker.
      else if (next === 0xff) n--;
      else throw corruptPixelData('the data of its JPEG image goes on after the scan');
    }
    ends.push(8 * length);
    this.#bytes = bytes;
    this.#ends = ends;
  }

  /** Reads a Huffman code, and returns its symbol. Past the end of the data there is nothing but zeros; `endInterval` notices. */
  symbol({ short, codes }: HuffmanTable): number {
    const window = this.#peek(16);
    const entry = short[window >> (16 - shortBits)]! || codes[window]!;
    if (entry === 0) throw corruptPixelData('its JPEG image has a code that is in none of its tables');
    this.#at += entry >> 8;
    return entry & 0xff;
  }

  /** Reads a number of `size` bits, at most 16, whose top bit stands for its sign (F.2.2.1). */
  signed(size: number): number {
    if (size === 0) return 0;
    const bits = this.#peek(size);
    this.#at += size;
    return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
  }

  /** Goes on to the next restart interval. Throws CORRUPT_PIXEL_DATA unless this one was read to its end, and no further. */
  endInterval(): void {
    const spare = this.#ends[this.#interval]! - this.#at;
    if (spare < 0 || spare > spareBitsMax) throw corruptPixelData('the data of its JPEG image is damaged');
    this.#at = this.#ends[this.#interval]!;
    this.#interval++;
  }

  get done(): boolean {
    return this.#interval === this.#ends.length;
  }

  #peek(size: number): number {
    const byte = this.#at >> 3;
    const bytes = this.#bytes;
    if (byte > bytes.length - 4) throw corruptPixelData('its compressed image ends early');
    const window = (bytes[byte]! << 16) | (bytes[byte + 1]! << 8) | bytes[byte + 2]!;
    return (window >> (24 - size - (this.#at & 7))) & ((1 << size) - 1);
  }
}
