import type { Draw } from './draw.ts';
import { changed } from './mutate-bytes.ts';
import type { Mutator } from './target.ts';

/** Lengths, counts and offsets at which arithmetic goes wrong. */
const extremes: readonly bigint[] = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x7fffn,
  0x8000n,
  0xfffen,
  0xffffn,
  0x1_0000n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_fffen,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x1f_ffff_ffff_ffffn,
  0x7fff_ffff_ffff_ffffn,
  0xffff_ffff_ffff_ffffn,
];

/** Reals at which geometry and scaling go wrong. */
export const extremeReals: readonly number[] = [
  0,
  -0,
  1,
  -1,
  1e-45,
  5e-324,
  1e-30,
  0.5,
  1e4,
  1e15,
  3.4e38,
  1e300,
  -1e300,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

/** Puts an extreme number somewhere: 1, 2, 4 or 8 bytes, either byte order; or makes one that is there a little larger or smaller. */
export const overwriteNumber: Mutator = (input, draw) => {
  const bytes = draw.pick([1, 2, 2, 4, 4, 4, 8]);
  if (input.length < bytes) return input;
  return setNumber(input, draw.below(input.length - bytes + 1), bytes, draw);
};

/** Does that at one of these places. */
export function overwriteNumberAt(
  places: readonly { readonly at: number; readonly bytes: number }[],
): Mutator {
  return (input, draw) => {
    const within = places.filter(({ at, bytes }) => at + bytes <= input.length);
    if (within.length === 0) return input;
    const { at, bytes } = draw.pick(within);
    return setNumber(input, at, bytes, draw);
  };
}

function setNumber(input: Uint8Array, at: number, bytes: number, draw: Draw): Uint8Array {
  return changed(input, (copy) => {
    const view = new DataView(copy.buffer, at, bytes);
    const littleEndian = draw.chance(0.7);
    const before = readNumber(view, bytes, littleEndian);
    const value = draw.chance(0.6) ? draw.pick(extremes) : before + BigInt(draw.between(-9, 9));
    writeNumber(view, bytes, BigInt.asUintN(8 * bytes, value), littleEndian);
  });
}

function readNumber(view: DataView, bytes: number, littleEndian: boolean): bigint {
  if (bytes === 8) return view.getBigUint64(0, littleEndian);
  if (bytes === 4) return BigInt(view.getUint32(0, littleEndian));
  return BigInt(bytes === 2 ? view.getUint16(0, littleEndian) : view.getUint8(0));
}

function writeNumber(view: DataView, bytes: number, value: bigint, littleEndian: boolean): void {
  if (bytes === 8) view.setBigUint64(0, value, littleEndian);
  else if (bytes === 4) view.setUint32(0, Number(value), littleEndian);
  else if (bytes === 2) view.setUint16(0, Number(value), littleEndian);
  else view.setUint8(0, Number(value));
}
