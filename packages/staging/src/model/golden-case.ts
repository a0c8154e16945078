import { ErrorCode, HepastageError, Sequence } from '@hepastage/proto';
import type { EncodedSlices, StagerInput } from './model-outputs.ts';
import type { StagingModel } from './staging-model.ts';

/** A seeded input and the outputs that the graphs must give for it: `golden.json`. */
export interface GoldenCase {
  readonly seed: number;
  readonly slices: { readonly T1W: number; readonly T2W: number };
  readonly height: number;
  readonly width: number;
  /**
   * Largest difference allowed, of the stager's outputs absolute, of the encoders' relative to their norm, of a distance relative to itself: other
   * hardware rounds differently.
   */
  readonly tolerance: number;
  readonly expected: {
    readonly encoded: { readonly T1W: GoldenEncoded; readonly T2W: GoldenEncoded };
    readonly probabilities: readonly (readonly number[])[];
    readonly t1wSliceAttention: readonly number[];
    readonly t2wSliceAttention: readonly number[];
    readonly sequenceAttention: readonly number[];
    /** [T1W, T2W]; missing where the model measures none. */
    readonly distance?: readonly number[];
  };
}

const encoderOutputs = ['tokens', 'attention', 'evidence'] as const;

type GoldenEncoded = Readonly<Record<(typeof encoderOutputs)[number], Fingerprint>>;

/**
 * Two numbers for a whole tensor: its Euclidean norm, and its product with as many seeded values. A plain sum would prove nothing of an attention
 * map, whose sum is 1, nor notice values that have changed places.
 */
interface Fingerprint {
  readonly norm: number;
  readonly projection: number;
}

export function parseGoldenCase(text: string): GoldenCase {
  return JSON.parse(text) as GoldenCase;
}

/** Runs the golden case through the model's own encoders and stager. Throws INVALID_MODEL with the largest difference if it is off. */
export async function verifyGoldenCase(
  model: Pick<StagingModel, 'name' | 'encode' | 'stage'>,
  golden: GoldenCase,
): Promise<void> {
  const { seed, slices, height, width, expected } = golden;
  const sliceLength = 3 * height * width;
  const encode = (sequence: Sequence, count: number, offset: number): Promise<EncodedSlices> =>
    model.encode(sequence, seededTensor(seed, offset, count * sliceLength));
  const t1w = await encode(Sequence.T1W, slices.T1W, 0);
  const t2w = await encode(Sequence.T2W, slices.T2W, slices.T1W * sliceLength);
  const opinion = await model.stage({ t1w: toStagerInput(t1w), t2w: toStagerInput(t2w) });

  const differences: Readonly<Record<string, number>> = {
    ...encodedDifferences('T1W', expected.encoded.T1W, t1w, seed),
    ...encodedDifferences('T2W', expected.encoded.T2W, t2w, seed),
    probabilities: largestDifference(expected.probabilities.flat(), [
      ...opinion.t1w,
      ...opinion.t2w,
      ...opinion.joint,
    ]),
    'T1W slice attention': largestDifference(expected.t1wSliceAttention, opinion.t1wSliceAttention),
    'T2W slice attention': largestDifference(expected.t2wSliceAttention, opinion.t2wSliceAttention),
    'sequence attention': largestDifference(expected.sequenceAttention, opinion.sequenceAttention),
    ...(expected.distance && { distance: distanceDifference(expected.distance, opinion.distance ?? []) }),
  };
  // Written so that NaN is beyond every tolerance.
  const off = Object.entries(differences).filter(([, difference]) => !(difference <= golden.tolerance));
  if (off.length > 0) {
    throw new HepastageError(ErrorCode.INVALID_MODEL, {
      what: 'the graphs do not give the outputs of the golden case',
      where: `model ${model.name}`,
      expected: `a difference of at most ${golden.tolerance}`,
      received: off.map(([output, difference]) => `${output} ${difference.toPrecision(2)}`).join(', '),
      action: 'build the package again, or run it on another execution provider',
    });
  }
}

function toStagerInput({ slices, tokens }: EncodedSlices): StagerInput {
  return { tokens, positions: Float32Array.from({ length: slices }, (_, slice) => (slice + 0.5) / slices) };
}

function encodedDifferences(
  sequence: string,
  expected: GoldenEncoded,
  encoded: EncodedSlices,
  seed: number,
): Record<string, number> {
  return Object.fromEntries(
    encoderOutputs.map((output) => [
      `${sequence} ${output}`,
      relativeDifference(expected[output], encoded[output], seed),
    ]),
  );
}

/** Of norm and projection, in units of the norm: a rounding of 10⁻⁴ of every value then counts as 10⁻⁴, however many values there are. */
function relativeDifference({ norm, projection }: Fingerprint, values: Float32Array, seed: number): number {
  const weights = seededTensor(seed, 0, values.length);
  let squares = 0;
  let product = 0;
  for (const [index, value] of values.entries()) {
    squares += value * value;
    product += value * weights[index]!;
  }
  return Math.max(Math.abs(Math.sqrt(squares) - norm), Math.abs(product - projection)) / norm;
}

/** Relative to the distance where that is above 1: noise, as here, lies far from every training study, and its distance rounds with its size. */
function distanceDifference(wanted: readonly number[], got: readonly number[]): number {
  const size = (index: number) => Math.max(1, wanted[index] ?? 1);
  const relative = (values: readonly number[]) => values.map((value, index) => value / size(index));
  return largestDifference(relative(wanted), relative(got));
}

/** NaN if the lengths differ or any value is NaN, which no tolerance allows. */
function largestDifference(wanted: readonly number[], got: readonly number[]): number {
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
