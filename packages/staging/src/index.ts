/** The staging pipeline: a study's files in, its StagingResult and artefacts out. The worker and the command line run the same one. */
export {
  type ExecutionProvider,
  executionProviders,
  type ProviderChoice,
} from './inference/execution-provider.ts';
export { aThreadHangs } from './inference/hanging-threads.ts';
export type { BatchLimits, BatchReport } from './inference/micro-batcher.ts';
export { heatOfStage } from './explain/heat.ts';
export { liverInSlices } from './explain/liver-in-slices.ts';
export { findingMessage } from './finding-message.ts';
export { ImagingPool } from './imaging/imaging-pool.ts';
export { inputName } from './model/input-name.ts';
export { loadModelPackage, type ServedModel, startModel } from './model/model-kinds.ts';
export { type ModelPackage, packageOfKind } from './model/model-package.ts';
export { missingProvenance } from './model/provenance.ts';
export { type InferenceObserver, StagingModel, type StagingModelOptions } from './model/staging-model.ts';
export type { OpinionEvent, PipelineContext, StudySink, StudySource } from './pipeline/pipeline-context.ts';
export { encodeSlices } from './pipeline/encode-slices.ts';
export { prepareVolumes } from './pipeline/prepare-volumes.ts';
export { stageLoneSlices } from './pipeline/stage-lone-slices.ts';
export { type StagedStudy, stageStudy } from './pipeline/stage-study.ts';
export { stageTokens } from './pipeline/stage-tokens.ts';
export { qualityOf } from './quality/quality-of.ts';
export { type OpinionModels, startOpinionModels } from './radiomics/opinion-models.ts';
export { judgeSeries, type Selection, selectSeries } from './selection/select-series.ts';
