import type { PreparedVolume } from '../imaging/imaging-protocol.ts';
import type { EncodedSlices } from '../model/model-outputs.ts';
import { type BySequence, mapSequences, type PipelineContext } from './pipeline-context.ts';

/** Slices → tokens and maps, in batches shared with every study in flight. */
export async function encodeSlices(
  volumes: BySequence<PreparedVolume>,
  { model, signal }: Pick<PipelineContext, 'model' | 'signal'>,
): Promise<BySequence<EncodedSlices>> {
  return mapSequences(volumes, async ({ stack }, sequence) => model.encode(sequence, stack.tensor, signal));
}
