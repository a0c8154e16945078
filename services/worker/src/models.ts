import type { Logger } from '@hepastage/platform';
import { enumName, ErrorCode, HepastageError, type Sequence, SequenceSchema } from '@hepastage/proto';
import {
  type InferenceObserver,
  loadModelPackage,
  type OpinionModels,
  StagingModel,
  startOpinionModels,
} from '@hepastage/staging';
import type { WorkerConfig } from './config.ts';
import { beginSeries } from './known-series.ts';
import type { WorkerMetrics } from './metrics.ts';

/** What a run is given at least, ms: a machine may be busy. */
const runMsLeast = 10_000;

/** The model that stages studies. Throws EXECUTION_PROVIDER_UNAVAILABLE or INVALID_MODEL. */
export async function startModel(
  config: WorkerConfig,
  metrics: WorkerMetrics,
  logger: Logger,
): Promise<StagingModel> {
  const model = await StagingModel.start(await loadModelPackage(config.model), {
    providers: config.executionProviders,
    threads: config.inferenceThreads,
    batch: { slicesMax: config.batchSlicesMax, delayMsMax: config.batchDelayMsMax },
    // A run that hangs is found before the studies in hand are over their time, so that they go back uncharged.
    runMsMax: Math.max(runMsLeast, (config.jobSecondsMax * 1_000) / 2),
    observer: observerOf(metrics, logger),
  });
  const { used, preferred, refused } = model.provider;
  for (const { provider, reason } of refused)
    logger.warn({ provider, reason }, 'execution provider not available');
  const fallback = used === preferred ? 'false' : 'true';
  metrics.executionProviderInfo.set({ provider: used, preferred, fallback }, 1);
  for (const [sequence, slicesMax] of model.batchSlicesMax) {
    metrics.batchSlicesLimit.set(labelsOf(sequence), slicesMax);
    // Seen at 0, a series can be watched for its first increase.
    metrics.outOfMemory.inc(labelsOf(sequence), 0);
  }
  recordModel(model, metrics);
  beginSeries(model, metrics);
  return model;
}

/** Models of other kinds, which speak beside the one that stages. Throws INVALID_CONFIG or INVALID_MODEL. */
export async function startOpinions(
  { opinionModels }: Pick<WorkerConfig, 'opinionModels'>,
  metrics: WorkerMetrics,
  logger: Logger,
): Promise<OpinionModels> {
  const opinions = await startOpinionModels(opinionFolders(opinionModels), observerOf(metrics, logger));
  for (const model of opinions.models) {
    recordModel(model, metrics);
    const { trainedOn, licence } = model.manifest.provenance ?? {};
    // Whoever runs a worker must see what its opinions may be used for.
    logger.warn({ model: model.name, trainedOn, licence }, 'second opinions: mind their licence');
    void model.broken.then((err) =>
      logger.error({ model: model.name, err }, 'no second opinions any more: start the worker again'),
    );
  }
  return opinions;
}

/** An empty variable means the default: no model needs a word of its own, `none`. */
export function opinionFolders(setting: readonly string[]): readonly string[] {
  if (!setting.includes('none')) return setting;
  if (setting.length === 1) return [];
  throw new HepastageError(ErrorCode.INVALID_CONFIG, {
    what: 'none stands beside folders',
    where: 'HEPASTAGE_OPINION_MODELS',
    expected: 'folders of RADIOMICS packages, or none alone',
    received: setting.join(','),
    action: 'take one of the two out',
  });
}

function observerOf(metrics: WorkerMetrics, logger: Logger): InferenceObserver {
  return {
    batch: (sequence, { slices, jobs }) => {
      metrics.batchSlices.observe(labelsOf(sequence), slices);
      metrics.batchJobs.observe(labelsOf(sequence), jobs);
    },
    outOfMemory: (sequence, slicesMax) => {
      metrics.outOfMemory.inc(labelsOf(sequence));
      metrics.batchSlicesLimit.set(labelsOf(sequence), slicesMax);
      logger.warn(
        { ...labelsOf(sequence), slicesMax },
        'out of memory: batches are smaller until this worker starts again',
      );
    },
    inference: (graph, provider, seconds) => metrics.inferenceDuration.observe({ graph, provider }, seconds),
  };
}

function labelsOf(sequence: Sequence) {
  return { sequence: enumName(SequenceSchema, sequence) };
}

function recordModel(
  { manifest: { name, version }, sha256 }: Pick<StagingModel, 'manifest' | 'sha256'>,
  { modelInfo }: WorkerMetrics,
): void {
  modelInfo.set({ name, version, sha256 }, 1);
}
