import { type HepastageError, JobRecord_State, type StudyRequest } from '@hepastage/proto';
import {
  createRegistry,
  gauge,
  type Logger,
  type ObjectStore,
  openObjectStore,
  openStatusStore,
  openTracing,
  traceFields,
  type Tracer,
  unlessAborted,
} from '@hepastage/platform';
import { ImagingPool } from '@hepastage/staging';
import { NoticeQueue } from '@hepastage/webhooks';
import { AttemptSpan } from './attempt-span.ts';
import type { WorkerConfig } from './config.ts';
import { startHealthServer } from './health-server.ts';
import { createWorkerMetrics, type WorkerMetrics } from './metrics.ts';
import { startModel, startOpinions } from './models.ts';
import { PushQueue, type PushQueueOptions } from './pacs/push-queue.ts';
import { recordOpinion, recordOutcome, recordWait } from './record-outcome.ts';
import { type AttemptControl, type Outcome, runStudy, type WorkerParts } from './run-study.ts';
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
 * keeps it from starting, with everything that it had opened closed again; and the reason of `stopping` where that aborts before it has taken work. Stores that do not answer
 * are not waited for then, but a model that loads is: nothing can break that off, and an exit meanwhile would abort the process.
 */
export async function startWorker(
  config: WorkerConfig,
  logger: Logger,
  stopping: AbortSignal,
): Promise<RunningWorker> {
  const registry = createRegistry('worker');
  const metrics = createWorkerMetrics(registry);
  metrics.jobsInFlightMax.set(config.jobsInFlight);
  metrics.canary.set(config.canary ? 1 : 0);
  let missing: string | undefined = 'starting';
  gauge(registry, 'hepastage_ready', (ready) => ready.set(missing === undefined ? 1 : 0));
  await using opened = new AsyncDisposableStack();
  const health = await startHealthServer(
    { notReady: () => missing, registry },
    config.healthHost,
    config.healthPort,
  );
  opened.defer(async () => health.close());
  const { tracer } = opened.adopt(await openTracing('worker', config, logger), async (it) => it.close());

  const store = openObjectStore(config);
  opened.defer(async () => store.close());
  await unlessAborted(store.check(), stopping);
  const status = await unlessAborted(openStatusStore({ ...config, patience: 'wait', logger }), stopping);
  opened.defer(async () => status.close());
  const model = await startModel(config, metrics, logger);
  opened.defer(async () => model.stop());
  stopping.throwIfAborted();
  const opinions = opened.use(await startOpinions(config, metrics, logger));
  const imaging = new ImagingPool(config.imagingThreads);
  opened.defer(async () => imaging.close());
  stopping.throwIfAborted();

  const parts: WorkerParts = {
    store,
    status,
    model,
    opinionModels: opinions.models,
    imaging,
    limits: config,
    software,
    onOpinion: ({ jobId, traceparent }, event) =>
      recordOpinion(jobId, event, { metrics, logger: logger.child(traceFields(traceparent)) }),
    onWriteFailed: () => metrics.resultWriteFailures.inc(),
  };
  const pushes = await startPushes(config, store, { metrics, tracer, logger });
  opened.defer(async () => pushes?.close());
  const notices = opened.adopt(await NoticeQueue.open({ ...config, patience: 'wait', logger }), async (it) =>
    it.close(),
  );
  stopping.throwIfAborted();
  const consumer = await StudyConsumer.start({
    ...config,
    logger,
    status,
    work: traced(noticed(pushed(observed(parts, metrics, logger), pushes), notices), tracer),
    onPassedOn: () => metrics.studiesPassedOn.inc(),
  });
  missing = undefined;
  logger.info(
    {
      model: model.name,
      opinionModels: opinions.models.map(({ name }) => name),
      provider: model.provider.used,
      healthPort: health.port,
    },
    'ready',
  );

  const running = opened.move();
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    missing = 'shutting down';
    const graceMs = config.shutdownSecondsMax * 1_000;
    await Promise.all([consumer.stop(graceMs), pushes?.stop(graceMs)]);
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
      recordOutcome(request, outcome, {
        seconds,
        modelVersion: parts.model.name,
        metrics,
        logger: logger.child(traceFields(request.traceparent)),
      });
      return outcome;
    } finally {
      metrics.jobsInFlight.dec();
    }
  };
}

type Work = (request: StudyRequest, control: AttemptControl) => Promise<Outcome>;

/** The same work, and its span. */
function traced(work: Work, tracer: Tracer): Work {
  return async (request, control) => {
    const span = new AttemptSpan(request, tracer);
    try {
      const outcome = await work(span.request, { ...control, watch: span });
      span.end(outcome);
      return outcome;
    } catch (error) {
      span.endUnrecorded(error);
      throw error;
    }
  };
}

/**
 * The same work, and the push of what came out. A study that had succeeded before it came here may have lost its worker before its push was queued. The
 * study is in its queue until the push is in the other.
 */
function pushed(work: Work, pushes: PushQueue | undefined): Work {
  if (pushes === undefined) return work;
  return async (request, control) => {
    const outcome = await work(request, control);
    const hadSucceeded = outcome.kind === 'dropped' && outcome.state === JobRecord_State.SUCCEEDED;
    if (outcome.kind === 'succeeded' || hadSucceeded) await pushes.add(request);
    return outcome;
  };
}

/**
 * The same work, and the notice of how it ended. One that had ended before it came here may have lost its worker before its notice was queued. The study is
 * in its queue until the notice is in the other.
 */
function noticed(work: Work, notices: NoticeQueue): Work {
  return async (request, control) => {
    const outcome = await work(request, control);
    const state = outcome.kind === 'dropped' ? outcome.state : undefined;
    const hadEnded = state === JobRecord_State.SUCCEEDED || state === JobRecord_State.FAILED;
    if (outcome.kind === 'succeeded' || outcome.kind === 'failed' || hadEnded) await notices.add(request);
    return outcome;
  };
}

async function startPushes(
  config: WorkerConfig,
  store: ObjectStore,
  { metrics, tracer, logger }: Pick<PushQueueOptions, 'metrics' | 'tracer' | 'logger'>,
): Promise<PushQueue | undefined> {
  const { pacsUrl: url, pacsAuthorization: authorization } = config;
  if (url === undefined) return undefined;
  return PushQueue.start({
    ...config,
    store,
    target: { url, ...(authorization !== undefined && { headers: { authorization } }) },
    secondsMax: config.pacsSecondsMax,
    attempts: config.pacsAttempts,
    retrySeconds: config.pacsRetrySeconds,
    metrics,
    tracer,
    logger,
  });
}
