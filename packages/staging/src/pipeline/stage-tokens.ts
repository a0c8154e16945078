import { Sequence } from '@hepastage/proto';
import { indexOfLargest } from '../explain/heat.ts';
import type { PreparedVolume } from '../imaging/imaging-protocol.ts';
import type { EncodedSlices, StagerInput } from '../model/model-outputs.ts';
import type { BySequence, PipelineContext } from './pipeline-context.ts';

/** What one sequence says. */
export interface LoneOpinion {
  readonly stage: number;
  readonly probabilities: readonly number[];
  /** Share in the joint decision. */
  readonly attention: number;
  /** Attention of the joint decision over the slices [S]. */
  readonly sliceAttention: readonly number[];
}

/** What the model says of the study; stages as indices into the manifest's. */
export interface StudyOpinion {
  readonly stage: number;
  readonly probabilities: readonly number[];
  readonly bySequence: BySequence<LoneOpinion>;
}

/** Tokens → stage probabilities, of every sequence alone and of all together. */
export async function stageTokens(
  volumes: BySequence<PreparedVolume>,
  encoded: BySequence<EncodedSlices>,
  { model }: Pick<PipelineContext, 'model'>,
): Promise<StudyOpinion> {
  const inputOf = (sequence: Sequence): StagerInput | undefined => {
    const tokens = encoded.get(sequence)?.tokens;
    const positions = volumes.get(sequence)?.stack.grid.positions;
    return tokens && positions && { tokens, positions: Float32Array.from(positions) };
  };
  const t1w = inputOf(Sequence.T1W);
  const t2w = inputOf(Sequence.T2W);
  const outputs = await model.stage({ ...(t1w && { t1w }), ...(t2w && { t2w }) });
  const [t1wAttention = 0, t2wAttention = 0] = outputs.sequenceAttention;

  const lone: [Sequence, LoneOpinion][] = [
    [Sequence.T1W, loneOpinion(outputs.t1w, t1wAttention, outputs.t1wSliceAttention)],
    [Sequence.T2W, loneOpinion(outputs.t2w, t2wAttention, outputs.t2wSliceAttention)],
  ];
  return {
    stage: indexOfLargest(outputs.joint),
    probabilities: outputs.joint,
    bySequence: new Map(lone.filter(([sequence]) => encoded.has(sequence))),
  };
}

function loneOpinion(
  probabilities: readonly number[],
  attention: number,
  sliceAttention: readonly number[],
): LoneOpinion {
  return { stage: indexOfLargest(probabilities), probabilities, attention, sliceAttention };
}
