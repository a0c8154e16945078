import { type Distribution, Sequence } from '@hepastage/proto';
import { indexOfLargest } from '../explain/heat.ts';
import { type StageSet, stageSetOf } from '../explain/stage-set.ts';
import type { PreparedVolume } from '../imaging/imaging-protocol.ts';
import { inputName } from '../model/input-name.ts';
import type { EncodedSlices, StagerInput, StagerStudy } from '../model/model-outputs.ts';
import type { BySequence, PipelineContext } from './pipeline-context.ts';

/** What one sequence says. */
export interface LoneOpinion {
  readonly stage: number;
  readonly probabilities: readonly number[];
  /** Share in the joint decision. */
  readonly attention: number;
  /** Attention of the joint decision over the slices [S]. */
  readonly sliceAttention: readonly number[];
  /** Distance to the training studies; undefined where the model measures none. */
  readonly distance: number | undefined;
  /** The largest distance that is still usual; undefined where the manifest does not say. */
  readonly distanceUsualMax: number | undefined;
}

/** What the model says of the study; stages as indices into the manifest's. */
export interface StudyOpinion {
  readonly stage: number;
  readonly probabilities: readonly number[];
  readonly stageSet: StageSet;
  readonly bySequence: BySequence<LoneOpinion>;
}

/** Tokens → stage probabilities, of every sequence alone and of all together. */
export async function stageTokens(
  volumes: BySequence<PreparedVolume>,
  encoded: BySequence<EncodedSlices>,
  { model }: Pick<PipelineContext, 'model'>,
): Promise<StudyOpinion> {
  const { stageSets, distribution } = model.manifest;
  const outputs = await model.stage(stagerStudy(volumes, encoded));
  const of = (
    sequence: Sequence,
    index: 0 | 1,
    probabilities: readonly number[],
    sliceAttention: readonly number[],
  ) =>
    [
      sequence,
      {
        stage: indexOfLargest(probabilities),
        probabilities,
        attention: outputs.sequenceAttention[index] ?? 0,
        sliceAttention,
        distance: outputs.distance?.[index],
        distanceUsualMax: usualMax(distribution, sequence),
      },
    ] as const;
  const all = [
    of(Sequence.T1W, 0, outputs.t1w, outputs.t1wSliceAttention),
    of(Sequence.T2W, 1, outputs.t2w, outputs.t2wSliceAttention),
  ];
  const bySequence = new Map(all.filter(([sequence]) => encoded.has(sequence)));
  return {
    stage: indexOfLargest(outputs.joint),
    probabilities: outputs.joint,
    stageSet: stageSetOf(outputs.joint, inputName([...bySequence.keys()]), stageSets),
    bySequence,
  };
}

/** The tokens of a study and where its slices lie, as the stager takes them. */
export function stagerStudy(
  volumes: BySequence<PreparedVolume>,
  encoded: BySequence<EncodedSlices>,
): StagerStudy {
  const inputOf = (sequence: Sequence): StagerInput | undefined => {
    const tokens = encoded.get(sequence)?.tokens;
    const positions = volumes.get(sequence)?.stack.grid.positions;
    return tokens && positions && { tokens, positions: Float32Array.from(positions) };
  };
  const t1w = inputOf(Sequence.T1W);
  const t2w = inputOf(Sequence.T2W);
  return { ...(t1w && { t1w }), ...(t2w && { t2w }) };
}

function usualMax(distribution: Distribution | undefined, sequence: Sequence): number | undefined {
  return distribution?.thresholds.find((one) => one.sequence === sequence)?.threshold;
}
