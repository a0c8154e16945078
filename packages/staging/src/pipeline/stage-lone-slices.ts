import { Sequence } from '@hepastage/proto';
import type { PreparedVolume } from '../imaging/imaging-protocol.ts';
import type { EncodedSlices, StagerStudy } from '../model/model-outputs.ts';
import { type BySequence, mapSequences, type PipelineContext } from './pipeline-context.ts';
import { stagerStudy } from './stage-tokens.ts';

/** Stage probabilities [S][K] of every slice as if it were its sequence's only one: what slice-level figures are measured on. No study is staged so. */
export async function stageLoneSlices(
  volumes: BySequence<PreparedVolume>,
  encoded: BySequence<EncodedSlices>,
  { model }: Pick<PipelineContext, 'model'>,
): Promise<BySequence<readonly (readonly number[])[]>> {
  const whole = stagerStudy(volumes, encoded);
  return mapSequences(encoded, async (_, sequence) => {
    const part = sequence === Sequence.T1W ? 't1w' : 't2w';
    const opinions = await model.stageAll(loneSlices(whole, part));
    return opinions.map((opinion) => opinion[part]);
  });
}

function loneSlices(whole: StagerStudy, part: 't1w' | 't2w'): StagerStudy[] {
  const { tokens, positions } = whole[part] ?? { tokens: new Float32Array(), positions: new Float32Array() };
  const length = tokens.length / positions.length;
  return Array.from(positions, (position, slice) => ({
    [part]: {
      tokens: tokens.subarray(slice * length, (slice + 1) * length),
      positions: Float32Array.of(position),
    },
  }));
}
