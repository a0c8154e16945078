import { encodeText, type StagingResult, StagingResultSchema } from '@hepastage/proto';
import { allEnded } from './all-ended.ts';
import type { SequenceEvidence } from './explain-stage.ts';
import type { BySequence, PipelineContext } from './pipeline-context.ts';

/** Writes the artefacts and then the result that names them, so that a result that can be read is complete. */
export async function persistResult(
  result: StagingResult,
  evidence: BySequence<SequenceEvidence>,
  { sink, signal }: Pick<PipelineContext, 'sink' | 'signal'>,
): Promise<void> {
  const files = [...evidence.values()].flatMap((one) => one.files);
  await allEnded(
    files.map(async ({ artefact, bytes }) => sink.writeArtefact(artefact.name, bytes, artefact.mediaType)),
  );
  signal?.throwIfAborted();
  await sink.writeResult(encodeText(StagingResultSchema, result));
}
