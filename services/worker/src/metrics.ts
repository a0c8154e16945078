import { Counter, Gauge, Histogram, type Registry } from '@hepastage/platform';

/** Studies take from tens of milliseconds on a GPU to a minute on a small CPU. */
const jobSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const stepSeconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const sliceCounts = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128];
const jobCounts = [1, 2, 3, 4, 6, 8, 12, 16];

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** Every figure that the worker keeps. Labels never name a study, a patient or a job. */
export function createWorkerMetrics(registry: Registry) {
  const registers = [registry];
  return {
    jobs: new Counter({
      name: 'hepastage_jobs_total',
      help: 'Attempts that ended, by outcome and, where not succeeded, the error code',
      labelNames: ['outcome', 'reason'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'hepastage_dead_letters_total',
      help: 'Studies that failed through no fault of their own, by error code: see hepastage dead-letters',
      labelNames: ['code'],
      registers,
    }),
    jobsInFlight: new Gauge({ name: 'hepastage_jobs_in_flight', help: 'Studies being worked on', registers }),
    jobDuration: new Histogram({
      name: 'hepastage_job_duration_seconds',
      help: 'Time of an attempt from claim to outcome',
      labelNames: ['outcome', 'model_version'],
      buckets: jobSeconds,
      registers,
    }),
    queueWait: new Histogram({
      name: 'hepastage_job_queue_wait_seconds',
      help: 'Time from acceptance to the first claim',
      labelNames: ['priority'],
      buckets: jobSeconds,
      registers,
    }),
    stepDuration: new Histogram({
      name: 'hepastage_job_step_duration_seconds',
      help: 'Time of each step of a study that succeeded',
      labelNames: ['step'],
      buckets: stepSeconds,
      registers,
    }),
    batchSlices: new Histogram({
      name: 'hepastage_batch_slices',
      help: 'Slices of an encoder batch',
      labelNames: ['sequence'],
      buckets: sliceCounts,
      registers,
    }),
    batchJobs: new Histogram({
      name: 'hepastage_batch_jobs',
      help: 'Studies whose slices an encoder batch carries',
      labelNames: ['sequence'],
      buckets: jobCounts,
      registers,
    }),
    batchSlicesLimit: new Gauge({
      name: 'hepastage_batch_slices_limit',
      help: 'Most slices of an encoder batch as of now: fewer than HEPASTAGE_BATCH_SLICES_MAX once a batch did not fit into memory',
      labelNames: ['sequence'],
      registers,
    }),
    outOfMemory: new Counter({
      name: 'hepastage_out_of_memory_total',
      help: 'Encoder batches that did not fit into memory: larger ones ran again in halves',
      labelNames: ['sequence'],
      registers,
    }),
    inferenceDuration: new Histogram({
      name: 'hepastage_inference_duration_seconds',
      help: 'Time inside ONNX Runtime of one run, by the graph: encoder, stager or radiomics',
      labelNames: ['graph', 'provider'],
      buckets: stepSeconds,
      registers,
    }),
    predictions: new Counter({
      name: 'hepastage_predictions_total',
      help: 'Stages given, by the sequences that the study had',
      labelNames: ['stage', 'sequence', 'model_version'],
      registers,
    }),
    opinions: new Counter({
      name: 'hepastage_opinions_total',
      help: 'Second opinions: given by a model; refused, as a study’s mask gives no features; failed, for no fault of the study. Where not given, the error code',
      labelNames: ['outcome', 'reason'],
      registers,
    }),
    findings: new Counter({
      name: 'hepastage_quality_findings_total',
      help: 'Findings of the image checks',
      labelNames: ['code', 'severity'],
      registers,
    }),
    pacsPushes: new Counter({
      name: 'hepastage_pacs_pushes_total',
      help: 'Pushes to the PACS, every try: stored, partly-stored, refused, unavailable, failed, erased; and given-up after the last',
      labelNames: ['outcome'],
      registers,
    }),
    modelInfo: new Gauge({
      name: 'hepastage_model_info',
      help: 'The loaded models: always 1',
      labelNames: ['name', 'version', 'sha256'],
      registers,
    }),
    executionProviderInfo: new Gauge({
      name: 'hepastage_execution_provider_info',
      help: 'The execution provider in use, and whether it is the preferred one: always 1',
      labelNames: ['provider', 'preferred', 'fallback'],
      registers,
    }),
  };
}
