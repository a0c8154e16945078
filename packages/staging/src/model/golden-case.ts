import { ErrorCode, HepastageError, Sequence } from '@hepastage/proto';
import type { EncodedSlices, StagerInput } from './model-outputs.ts';
import type { StagingModel } from './staging-model.ts';

/** A seeded input and the outputs that the graphs must give for it: `golden.json`. */
export interface GoldenCase {
  readonly seed: number;
  readonly slices: { readonly T1W: number; readonly T2W: number };
  readonly height: number;
  readonly width: number;
  /** Largest difference allowed: float32 on other hardware rounds differently. */
  readonly tolerance: number;
  readonly expected: {
    /** The first values of the first slice's token. */
    readonly tokens: { readonly T1W: readonly number[]; readonly T2W: readonly number[] };
    readonly probabilities: readonly (readonly number[])[];
    readonly t1wSliceAttention: readonly number[];
    readonly t2wSliceAttention: readonly number[];
    readonly sequenceAttention: readonly number[];
  };
}

export function parseGoldenCase(text: string): GoldenCase {
  return JSON.parse(text) as GoldenCase;
}

/** Runs the golden case through the model's own encoders and stager. Throws INVALID_MODEL with the largest difference if it is off. */
export async function verifyGoldenCase(model: StagingModel, golden: GoldenCase): Promise<number> {
  const { seed, slices, height, width, expected } = golden;
  const sliceLength = 3 * height * width;
  const t1wLength = slices.T1W * sliceLength;
  const encode = async (sequence: Sequence, count: number, offset: number): Promise<StagerInput> =>
    toStagerInput(await model.encode(sequence, seededTensor(seed, offset, count * sliceLength)), count);
  const t1w = await encode(Sequence.T1W, slices.T1W, 0);
  const t2w = await encode(Sequence.T2W, slices.T2W, t1wLength);
  const opinion = await model.stage({ t1w, t2w });

  const pairs: [readonly number[], ArrayLike<number>][] = [
    [expected.tokens.T1W, t1w.tokens.subarray(0, expected.tokens.T1W.length)],
    [expected.tokens.T2W, t2w.tokens.subarray(0, expected.tokens.T2W.length)],
    [expected.probabilities.flat(), [...opinion.t1w, ...opinion.t2w, ...opinion.joint]],
    [expected.t1wSliceAttention, opinion.t1wSliceAttention],
    [expected.t2wSliceAttention, opinion.t2wSliceAttention],
    [expected.sequenceAttention, opinion.sequenceAttention],
  ];
  const difference = Math.max(...pairs.map(([wanted, got]) => largestDifference(wanted, got)));
  if (!(difference <= golden.tolerance)) {
    throw new HepastageError(ErrorCode.INVALID_MODEL, {
      what: 'the graphs do not give the outputs of the golden case',
      where: `model ${model.name}`,
      expected: `a difference of at most ${golden.tolerance}`,
      received: difference,
      action: 'build the package again, or run it on another execution provider',
    });
  }
  return difference;
}

function toStagerInput(encoded: EncodedSlices, count: number): StagerInput {
  return {
    tokens: encoded.tokens,
    positions: Float32Array.from({ length: count }, (_, slice) => (slice + 0.5) / count),
  };
}

/** NaN if the lengths differ or any value is NaN, which no tolerance allows. */
function largestDifference(wanted: readonly number[], got: ArrayLike<number>): number {
  if (wanted.length !== got.length) return Number.NaN;
  return Math.max(...wanted.map((value, index) => Math.abs(value - (got[index] ?? Number.NaN))));
}

/**
 * `length` values in [-1, 1) of the stream that `seed` names, from `offset` on: MurmurHash3's 32-bit finaliser over a Weyl sequence, which
 * training/ computes alike.
 */
function seededTensor(seed: number, offset: number, length: number): Float32Array<ArrayBuffer> {
  const tensor = new Float32Array(length);
  for (let index = 0; index < length; index++) {
    let x = (seed + Math.imul(index + offset, 0x9e3779b9)) >>> 0;
    x ^= x >>> 16;
    x = Math.imul(x, 0x85ebca6b);
    x ^= x >>> 13;
    x = Math.imul(x, 0xc2b2ae35);
    x ^= x >>> 16;
    tensor[index] = (x >>> 0) / 2 ** 31 - 1;
  }
  return tensor;
}
