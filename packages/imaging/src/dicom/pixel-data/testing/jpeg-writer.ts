/** Puts JPEG images together, marker by marker: what no encoder at hand writes. */

/** A Huffman table that gives every byte a code: 255 of 8 bits, and one of 9. */
export const plainTable = {
  counts: [0, 0, 0, 0, 0, 0, 0, 255, 1, 0, 0, 0, 0, 0, 0, 0],
  symbols: Array.from({ length: 256 }, (_, n) => n),
};

export class JpegBits {
  readonly #bytes: number[] = [];
  #pending = '';

  /** Writes a symbol by `plainTable`. */
  symbol(symbol: number): this {
    return this.#bits(symbol < 255 ? symbol.toString(2).padStart(8, '0') : '111111110');
  }

  /** Writes a number as its size's symbol, with `run` in the upper half, and its bits. */
  number(value: number, run = 0): this {
    const size = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
    this.symbol(16 * run + size);
    if (size === 0 || size === 16) return this;
    return this.#bits((value < 0 ? value + 2 ** size - 1 : value).toString(2).padStart(size, '0'));
  }

  /** Fills up the last byte, and writes a restart marker. */
  restart(n: number): this {
    this.#flush();
    this.#bytes.push(0xff, 0xd0 + (n % 8));
    return this;
  }

  end(): Uint8Array {
    this.#flush();
    return Uint8Array.from(this.#bytes);
  }

  #bits(bits: string): this {
    this.#pending += bits;
    while (this.#pending.length >= 8) {
      const byte = Number.parseInt(this.#pending.slice(0, 8), 2);
      this.#pending = this.#pending.slice(8);
      this.#bytes.push(byte, ...(byte === 0xff ? [0] : []));
    }
    return this;
  }

  #flush(): void {
    if (this.#pending.length > 0) this.#bits('1'.repeat(8 - this.#pending.length));
  }
}

export interface JpegParts {
  /** Second byte of the start-of-frame marker. */
  readonly frame: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components?: number;
  /** Quantization steps, 16-bit; none for lossless images. */
  readonly steps?: readonly number[];
  /** Blocks or samples between restarts. */
  readonly restartInterval?: number;
  /** Spectral selection, or predictor and point transform. */
  readonly scan: readonly [start: number, end: number, approximation: number];
  readonly data: Uint8Array;
}

export function writeJpeg(parts: JpegParts): Uint8Array {
  const { frame, precision, width, height, components = 1, steps, restartInterval, scan, data } = parts;
  const component = Array.from({ length: components }, (_, n) => [n + 1, 0x11, 0]).flat();
  return Uint8Array.from([
    0xff,
    0xd8,
    ...(steps ? segment(0xdb, [0x10, ...steps.flatMap(twoBytes)]) : []),
    ...segment(0xc4, [0x00, ...plainTable.counts, ...plainTable.symbols]),
    ...segment(0xc4, [0x10, ...plainTable.counts, ...plainTable.symbols]),
    ...(restartInterval === undefined ? [] : segment(0xdd, twoBytes(restartInterval))),
    ...segment(frame, [precision, ...twoBytes(height), ...twoBytes(width), components, ...component]),
    ...segment(0xda, [1, 1, 0x00, ...scan]),
    ...data,
    0xff,
    0xd9,
  ]);
}

function segment(marker: number, bytes: readonly number[]): number[] {
  return [0xff, marker, ...twoBytes(bytes.length + 2), ...bytes];
}

function twoBytes(value: number): number[] {
  return [value >> 8, value & 0xff];
}
