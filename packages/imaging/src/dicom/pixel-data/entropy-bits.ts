import { corruptPixelData } from './corrupt-pixel-data.ts';
import { type DifferenceTable, extend, wholeBits } from './difference-table.ts';
import { type HuffmanTable, symbolAt } from './huffman-table.ts';

/** Bits that may be left over after the last code: padding. More means that the codes were not those that were written. */
const spareBitsMax = 64;
/** Bytes that are looked at at once. */
const windowBytes = 4;

/** Bits of a scan's data (ITU-T T.81, F.2.2), one restart interval at a time. */
export class EntropyBits {
  /** Without stuffed bytes and markers. */
  readonly #bytes: DataView;
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
    for (let n = 0; n < scan.length;) {
      const found = scan.indexOf(0xff, n);
      const marker = found < 0 ? scan.length : found;
      bytes.set(scan.subarray(n, marker), length);
      length += marker - n;
      if (found < 0) break;
      const next = scan[marker + 1] ?? 0xff;
      n = marker + 2;
      if (next === 0) bytes[length++] = 0xff;
      else if (next >= 0xd0 && next <= 0xd7) ends.push(8 * length);
      // A fill byte: the next FF may begin a marker.
      else if (next === 0xff) n--;
      else throw corruptPixelData('the data of its JPEG image goes on after the scan');
    }
    ends.push(8 * length);
    this.#bytes = new DataView(bytes.buffer);
    this.#ends = ends;
  }

  /** Reads a Huffman code, and returns its symbol. Past the end of the data there is nothing but zeros; `endInterval` notices. */
  symbol(table: HuffmanTable): number {
    const entry = symbolAt(table, this.#peek(16));
    if (entry === 0) throw corruptPixelData('its JPEG image has a code that is in none of its tables');
    this.#at += entry >> 8;
    return entry & 0xff;
  }

  /** Reads a number of `size` bits, at most 16, whose top bit stands for its sign (F.2.2.1). */
  signed(size: number): number {
    if (size === 0) return 0;
    const bits = this.#peek(size);
    this.#at += size;
    return extend(bits, size);
  }

  /** Fills `into` with differences of a lossless image, modulo 2¹⁶. */
  differences({ sizes, whole }: DifferenceTable, into: Uint16Array): void {
    const bytes = this.#bytes;
    const last = bytes.byteLength - windowBytes;
    // A field is slower: this loop runs for every pixel.
    let at = this.#at;
    for (let n = 0; n < into.length;) {
      const byte = at >> 3;
      if (byte > last) throw endsEarly();
      // Of its 32 bits, 25 are left at least: two differences.
      const window = bytes.getUint32(byte) << (at & 7);
      const one = whole[window >>> (32 - wholeBits)]!;
      // 0 too if `one` is.
      const other = whole[(window << (one & 31)) >>> (32 - wholeBits)]!;
      if (other !== 0 && n + 1 < into.length) {
        into[n++] = one >> 5;
        into[n++] = other >> 5;
        at += (one & 31) + (other & 31);
      } else {
        this.#at = at;
        into[n++] = this.#difference(sizes);
        at = this.#at;
      }
    }
    this.#at = at;
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

  /** Category 16 stands for 2¹⁵ and has no more bits (H.1.2.2). */
  #difference(sizes: HuffmanTable): number {
    const size = this.symbol(sizes);
    if (size < 16) return this.signed(size);
    if (size === 16) return 2 ** 15;
    throw corruptPixelData('the data of its JPEG image is damaged');
  }

  #peek(size: number): number {
    const byte = this.#at >> 3;
    if (byte > this.#bytes.byteLength - windowBytes) throw endsEarly();
    return (this.#bytes.getUint32(byte) << (this.#at & 7)) >>> (32 - size);
  }
}

function endsEarly(): Error {
  return corruptPixelData('its compressed image ends early');
}
