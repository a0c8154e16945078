import { encodeText, type StagingResult, StagingResultSchema } from '@hepastage/proto';
import { allEnded } from './all-ended.ts';
import type { ArtefactFile } from './artefact-file.ts';
import type { PipelineContext } from './pipeline-context.ts';

/** Writes the artefacts and then the result that names them, so that a result that can be read is complete. */
export async function persistResult(
  result: StagingResult,
  files: readonly ArtefactFile[],
  { sink, signal }: Pick<PipelineContext, 'sink' | 'signal'>,
): Promise<void> {
  await allEnded(files.map(async ({ artefact, bytes }) => sink.writeArtefact(artefact, bytes)));
  signal?.throwIfAborted();
  await sink.writeResult(encodeText(StagingResultSchema, result));
}
