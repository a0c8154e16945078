import type { Mutator } from './target.ts';

/** Bytes that parsers treat differently from their neighbours. */
const telling = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x22, 0x2d, 0x2f, 0x3b, 0x5c, 0x7f, 0x80, 0xfe, 0xff];
/** Longest piece that is cut out, doubled or put in, bytes. */
const pieceBytesMax = 64;
/** No input grows beyond this, bytes: a case is to be quick. */
export const inputBytesMax = 96 * 1024;

const flipBits: Mutator = (input, draw) =>
  changed(input, (bytes) => {
    for (let n = draw.between(1, 4); n > 0; n--) bytes[draw.below(bytes.length)]! ^= 1 << draw.below(8);
  });

const setBytes: Mutator = (input, draw) =>
  changed(input, (bytes) => {
    for (let n = draw.between(1, 8); n > 0; n--) {
      bytes[draw.below(bytes.length)] = draw.chance(0.5) ? draw.pick(telling) : draw.below(256);
    }
  });

const fillPiece: Mutator = (input, draw) =>
  changed(input, (bytes) => {
    const start = draw.below(bytes.length);
    bytes.fill(draw.pick(telling), start, start + draw.between(1, pieceBytesMax));
  });

const insert: Mutator = (input, draw) => {
  const at = draw.below(input.length + 1);
  return joined(input.subarray(0, at), draw.bytes(draw.between(1, 16)), input.subarray(at));
};

const cutOut: Mutator = (input, draw) => {
  const start = draw.below(input.length + 1);
  return joined(input.subarray(0, start), input.subarray(start + draw.between(1, pieceBytesMax)));
};

const double: Mutator = (input, draw) => {
  const start = draw.below(input.length + 1);
  const piece = input.subarray(start, start + draw.between(1, draw.chance(0.2) ? 4_096 : pieceBytesMax));
  return joined(input.subarray(0, start), piece, input.subarray(start));
};

const movePiece: Mutator = (input, draw) =>
  changed(input, (bytes) => {
    const start = draw.below(bytes.length);
    bytes.copyWithin(draw.below(bytes.length), start, start + draw.between(1, pieceBytesMax));
  });

const truncate: Mutator = (input, draw) => input.subarray(0, draw.below(input.length + 1));

const extend: Mutator = (input, draw) => joined(input, draw.bytes(draw.between(1, 200)));

/** The beginning of one input and the end of another. */
const splice: Mutator = (input, draw, others) => {
  const other = draw.pick(others);
  return joined(
    input.subarray(0, draw.below(input.length + 1)),
    other.subarray(draw.below(other.length + 1)),
  );
};

/** Mutators for bytes of any kind. */
export const byteMutators: readonly Mutator[] = [
  flipBits,
  setBytes,
  fillPiece,
  insert,
  cutOut,
  double,
  movePiece,
  truncate,
  extend,
  splice,
];

/** A copy of `input` after `change`; an empty input stays as it is. */
export function changed(input: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  if (input.length === 0) return input;
  const bytes = new Uint8Array(input);
  change(bytes);
  return bytes;
}

export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}
