import { type HuffmanTable, symbolAt } from './huffman-table.ts';

/** Codes of differences (ITU-T T.81, H.1.2.2) read in one step: each is a Huffman code of a size, and as many bits more. */
export interface DifferenceTable {
  readonly sizes: HuffmanTable;
  /** For any `wholeBits` bits, the difference that they begin with: 32 × it + its bits; 0 where it has more bits, or no code. */
  readonly whole: Int32Array;
}

/** Nearly all differences that occur are whole within this many bits, and the table stays in the processor's first cache. */
export const wholeBits = 12;

export function differenceTableOf(sizes: HuffmanTable): DifferenceTable {
  const whole = new Int32Array(1 << wholeBits);
  for (let window = 0; window < whole.length; window++) {
    const entry = symbolAt(sizes, window << (16 - wholeBits));
    const [codeBits, size] = [entry >> 8, entry & 0xff];
    const bits = codeBits + size;
    if (entry === 0 || bits > wholeBits) continue;
    const value = (window >> (wholeBits - bits)) & ((1 << size) - 1);
    whole[window] = 32 * extend(value, size) + bits;
  }
  return { sizes, whole };
}

/** The number that `size` bits stand for: the top one is its sign (F.2.2.1). */
export function extend(bits: number, size: number): number {
  return size > 0 && bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}
