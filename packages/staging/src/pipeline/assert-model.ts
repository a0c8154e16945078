import { ErrorCode, HepastageError, type StudyRequest } from '@hepastage/proto';
import type { PipelineContext } from './pipeline-context.ts';

/** A study that names a model is staged by that model or not at all. Throws MODEL_NOT_FOUND. */
export function assertModel({ metadata }: StudyRequest, { model }: Pick<PipelineContext, 'model'>): void {
  const wanted = metadata?.model ?? '';
  if (wanted === '' || wanted === model.manifest.name || wanted === model.name) return;
  throw new HepastageError(ErrorCode.MODEL_NOT_FOUND, {
    what: 'the study asks for another model than this worker serves',
    where: 'metadata, model',
    expected: model.manifest.name,
    action: 'leave the model out, or name the one that is served',
  });
}
