/** The staging pipeline: a study's files in, its StagingResult and artefacts out. The worker and the command line run the same one. */
export {
  type ExecutionProvider,
  executionProviders,
  type ProviderChoice,
} from './inference/execution-provider.ts';
export type { BatchLimits, BatchReport } from './inference/micro-batcher.ts';
export { findingMessage } from './finding-message.ts';
export { ImagingPool } from './imaging/imaging-pool.ts';
export { loadModelPackage, type ModelPackage } from './model/model-package.ts';
export { type InferenceObserver, StagingModel, type StagingModelOptions } from './model/staging-model.ts';
export type { PipelineContext, StudySink, StudySource } from './pipeline/pipeline-context.ts';
export { type StagedStudy, stageStudy } from './pipeline/stage-study.ts';
export { qualityOf } from './quality/quality-of.ts';
export { judgeSeries, type Selection, selectSeries } from './selection/select-series.ts';
