import { enumName, type HepastageError, SequenceSchema, type StudyRequest } from '@hepastage/proto';
import { createRegistry, type Logger, openObjectStore, openStatusStore } from '@hepastage/platform';
import { ImagingPool, loadModelPackage, StagingModel } from '@hepastage/staging';
import type { WorkerConfig } from './config.ts';
import { startHealthServer } from './health-server.ts';
import { createWorkerMetrics, type WorkerMetrics } from './metrics.ts';
import { recordOutcome, recordWait } from './record-outcome.ts';
import { type AttemptControl, runStudy, type WorkerParts } from './run-study.ts';
import { software } from './software.ts';
import { StudyConsumer } from './study-consumer.ts';

export interface RunningWorker {
  /** Port of /livez, /readyz and /metrics. */
  readonly healthPort: number;
  /** Calling it again does nothing more. */
  stop(): Promise<void>;
  /** Resolves with the reason once the worker can't work any more: it is not ready then, and should be stopped and replaced. */
  readonly broken: Promise<HepastageError>;
}

/**
 * Starts a worker: health first, so that probes see it start; then stores and the model, verified and warm; and only then the queue. Throws what
 * keeps it from starting, with everything that it had opened closed again.
 */
export async function startWorker(config: WorkerConfig, logger: Logger): Promise<RunningWorker> {
  const registry = createRegistry('worker');
  const metrics = createWorkerMetrics(registry);
  let missing: string | undefined = 'starting';
  await using opened = new AsyncDisposableStack();
  const health = await startHealthServer(
    { notReady: () => missing, registry },
    config.healthHost,
    config.healthPort,
  );
  opened.defer(async () => health.close());

  const store = openObjectStore(config);
  opened.defer(async () => store.close());
  await store.check();
  const status = await openStatusStore({ ...config, patience: 'wait', logger });
  opened.defer(async () => status.close());
  const model = await startModel(config, metrics, logger);
  opened.defer(async () => model.stop());
  const imaging = new ImagingPool(config.imagingThreads);
  opened.defer(async () => imaging.close());

  const parts: WorkerParts = { store, status, model, imaging, limits: config, software };
  const consumer = await StudyConsumer.start({
    ...config,
    logger,
    status,
    work: observed(parts, metrics, logger),
  });
  missing = undefined;
  logger.info({ model: model.name, provider: model.provider.used, healthPort: health.port }, 'ready');

  const running = opened.move();
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    missing = 'shutting down';
    await consumer.stop(config.shutdownSecondsMax * 1_000);
    await running.disposeAsync();
  };
  const broken = model.broken.then((reason) => {
    missing = 'inference does not work any more';
    return reason;
  });
  return { healthPort: health.port, broken, stop: async () => (stopped ??= stop()) };
}

/** The same work, with its log line and its metrics. */
function observed(parts: WorkerParts, metrics: WorkerMetrics, logger: Logger) {
  return async (request: StudyRequest, control: AttemptControl) => {
    const begun = performance.now();
    metrics.jobsInFlight.inc();
    try {
      const outcome = await runStudy(request, parts, control, (attempt) => {
        if (attempt === 1) recordWait(request, metrics);
      });
      const seconds = (performance.now() - begun) / 1_000;
      recordOutcome(request, outcome, { seconds, modelVersion: parts.model.name, metrics, logger });
      return outcome;
    } finally {
      metrics.jobsInFlight.dec();
    }
  };
}

async function startModel(
  config: WorkerConfig,
  metrics: WorkerMetrics,
  logger: Logger,
): Promise<StagingModel> {
  const model: StagingModel = await StagingModel.start(await loadModelPackage(config.model), {
    providers: config.executionProviders,
    threads: config.inferenceThreads,
    batch: { slicesMax: config.batchSlicesMax, delayMsMax: config.batchDelayMsMax },
    observer: {
      batch: (sequence, { slices, jobs }) => {
        const labels = { sequence: enumName(SequenceSchema, sequence) };
        metrics.batchSlices.observe(labels, slices);
        metrics.batchJobs.observe(labels, jobs);
      },
      inference: (graph, provider, seconds) =>
        metrics.inferenceDuration.observe({ graph, provider }, seconds),
    },
  });
  const { used, preferred, refused } = model.provider;
  for (const { provider, reason } of refused)
    logger.warn({ provider, reason }, 'execution provider not available');
  const fallback = used === preferred ? 'false' : 'true';
  metrics.executionProviderInfo.set({ provider: used, preferred, fallback }, 1);
  metrics.modelInfo.set(
    { name: model.manifest.name, version: model.manifest.version, sha256: model.sha256 },
    1,
  );
  return model;
}
