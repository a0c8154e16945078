import type { Tensors } from '../inference/inference-protocol.ts';
import type { StagerInput, StagerOpinion, StagerStudy } from './model-outputs.ts';
import { assertNumbers, rowOf, tensorOf } from './tensors.ts';

/** The stager's inputs for B studies: `t1w_tokens` [B,S,D], `t1w_positions` [B,S], `t1w_valid` [B,S], and T2W's likewise. */
export function stagerFeeds(studies: readonly StagerStudy[]): Tensors {
  const tokenLength = tokenLengthOf(studies);
  return {
    ...sequenceFeeds('t1w', studies.map(({ t1w }) => t1w), tokenLength), // prettier-ignore
    ...sequenceFeeds('t2w', studies.map(({ t2w }) => t2w), tokenLength), // prettier-ignore
  };
}

/** Shorter stacks are filled up with slices that are not valid. So is an absent sequence: graphs take no empty axis. */
function sequenceFeeds(
  name: 't1w' | 't2w',
  inputs: readonly (StagerInput | undefined)[],
  tokenLength: number,
): Tensors {
  const slices = Math.max(1, ...inputs.map(slicesOf));
  const tokens = new Float32Array(inputs.length * slices * tokenLength);
  const positions = new Float32Array(inputs.length * slices);
  const valid = new Float32Array(inputs.length * slices);
  for (const [row, input] of inputs.entries()) {
    if (input === undefined) continue;
    const start = row * slices;
    tokens.set(input.tokens, start * tokenLength);
    positions.set(input.positions, start);
    valid.fill(1, start, start + slicesOf(input));
  }
  return {
    [`${name}_tokens`]: { data: tokens, dims: [inputs.length, slices, tokenLength] },
    [`${name}_positions`]: { data: positions, dims: [inputs.length, slices] },
    [`${name}_valid`]: { data: valid, dims: [inputs.length, slices] },
  };
}

/** The stager's outputs for K `stages`, study by study. A graph that measures no distance has no such output. Throws INFERENCE_FAILED where one is not finite. */
export function opinionsOf(
  outputs: Tensors,
  studies: readonly StagerStudy[],
  stages: number,
): StagerOpinion[] {
  const probabilities = tensorOf(outputs, 'probabilities');
  const t1wSliceAttention = tensorOf(outputs, 't1w_slice_attention');
  const t2wSliceAttention = tensorOf(outputs, 't2w_slice_attention');
  const sequenceAttention = tensorOf(outputs, 'sequence_attention');
  const { distance } = outputs;
  return studies.map(({ t1w, t2w }, row) => {
    const ofInputs = rowOf(probabilities, row);
    const opinion = {
      t1w: [...ofInputs.subarray(0, stages)],
      t2w: [...ofInputs.subarray(stages, 2 * stages)],
      joint: [...ofInputs.subarray(2 * stages, 3 * stages)],
      t1wSliceAttention: [...rowOf(t1wSliceAttention, row).subarray(0, slicesOf(t1w))],
      t2wSliceAttention: [...rowOf(t2wSliceAttention, row).subarray(0, slicesOf(t2w))],
      sequenceAttention: [...rowOf(sequenceAttention, row)],
      distance: distance && [...rowOf(distance, row)],
    };
    assertFinite(opinion, { t1w: t1w !== undefined, t2w: t2w !== undefined });
    return opinion;
  });
}

/** Vectors of an absent sequence mean nothing, and may be anything. */
function assertFinite(
  { t1w, t2w, joint, t1wSliceAttention, t2wSliceAttention, sequenceAttention, distance = [] }: StagerOpinion,
  has: Readonly<Record<'t1w' | 't2w', boolean>>,
): void {
  const [t1wDistance = 0, t2wDistance = 0] = distance;
  const outputs = {
    probabilities: [...joint, ...(has.t1w ? t1w : []), ...(has.t2w ? t2w : [])],
    attention: [...t1wSliceAttention, ...t2wSliceAttention, ...sequenceAttention],
    distance: [...(has.t1w ? [t1wDistance] : []), ...(has.t2w ? [t2wDistance] : [])],
  };
  for (const [name, values] of Object.entries(outputs)) assertNumbers(name, values);
}

function slicesOf(input: StagerInput | undefined): number {
  return input?.positions.length ?? 0;
}

function tokenLengthOf(studies: readonly StagerStudy[]): number {
  const lengths = studies.map(({ t1w, t2w }) => {
    const input = t1w ?? t2w;
    if (input === undefined) throw new RangeError('a study without any sequence can’t be staged');
    return input.tokens.length / input.positions.length;
  });
  return lengths[0] ?? 0;
}
