import type { Metrics } from './metric.ts';

const services = ['worker'] as const;

/** Studies take from tens of milliseconds on a GPU to a minute on a small CPU. */
const jobSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
/** Up to a day: a backlog, or workers that are to be started first, take hours. */
const resultSeconds = [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 86_400];
const stepSeconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const sliceCounts = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128];
const jobCounts = [1, 2, 3, 4, 6, 8, 12, 16];
const shares = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** Dense around 1, where what is usual ends. */
const limitShares = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10];

const priority = { values: ['routine', 'stat'] } as const;
const sequence = { open: 'T1W or T2W' } as const;
const outcome = { values: ['succeeded', 'failed', 'returned', 'dropped'] } as const;
const modelVersion = { open: 'of the model that stages: name@version' } as const;

/** What a worker keeps. */
export const workerMetrics = {
  hepastage_jobs_total: {
    kind: 'counter',
    help: 'Attempts that ended. A study that is returned is tried again; one that is dropped had ended before, was taken over, or was erased',
    unit: 'attempts',
    services,
    labels: {
      outcome,
      reason: { open: 'error code; empty where there is none' },
    },
  },
  hepastage_dead_letters_total: {
    kind: 'counter',
    help: 'Studies that failed through no fault of their own, by error code: see hepastage dead-letters',
    unit: 'studies',
    services,
    labels: {
      code: {
        open: 'error code that may pass',
        values: [
          'JOB_TIMEOUT',
          'JOB_STALLED',
          'INFERENCE_FAILED',
          'OUT_OF_MEMORY',
          'STORE_UNAVAILABLE',
          'STORE_FULL',
          'STORE_DENIED',
          'QUEUE_UNAVAILABLE',
          'QUEUE_FULL',
          'INTERNAL',
        ],
      },
    },
  },
  hepastage_jobs_in_flight: {
    kind: 'gauge',
    help: 'Studies being worked on',
    unit: 'studies',
    services,
  },
  hepastage_jobs_in_flight_max: {
    kind: 'gauge',
    help: 'Most studies that this worker works on at once: HEPASTAGE_JOBS_IN_FLIGHT',
    unit: 'studies',
    services,
  },
  hepastage_canary: {
    kind: 'gauge',
    help: 'Whether it is a canary, which stages no study that names a model: HEPASTAGE_CANARY',
    unit: 'flag',
    services,
  },
  hepastage_studies_passed_on_total: {
    kind: 'counter',
    help: 'Studies that name a model, which a canary had in hand and gave back for other workers; one may come again',
    unit: 'studies',
    services,
  },
  hepastage_job_duration_seconds: {
    kind: 'histogram',
    help: 'Time of an attempt from claim to outcome',
    unit: 'seconds',
    services,
    labels: { outcome, model_version: modelVersion },
    buckets: jobSeconds,
  },
  hepastage_job_queue_wait_seconds: {
    kind: 'histogram',
    help: 'Time from acceptance to the first claim; of a DICOMweb study from its first object, quiet period included',
    unit: 'seconds',
    services,
    labels: { priority },
    buckets: resultSeconds,
  },
  hepastage_time_to_result_seconds: {
    kind: 'histogram',
    help: 'Time from acceptance to the end of a job, whatever lay between; of a DICOMweb study from its first object, quiet period included',
    unit: 'seconds',
    services,
    labels: { priority, outcome: { values: ['succeeded', 'failed'] } },
    buckets: resultSeconds,
  },
  hepastage_job_step_duration_seconds: {
    kind: 'histogram',
    help: 'Time of each step of a study that succeeded; waiting for a thread or for company in a batch included',
    unit: 'seconds',
    services,
    labels: { step: { open: 'as a job’s progress names it' } },
    buckets: stepSeconds,
  },
  hepastage_batch_slices: {
    kind: 'histogram',
    help: 'Slices of an encoder batch',
    unit: 'slices',
    services,
    labels: { sequence },
    buckets: sliceCounts,
  },
  hepastage_batch_jobs: {
    kind: 'histogram',
    help: 'Studies whose slices an encoder batch carries',
    unit: 'studies',
    services,
    labels: { sequence },
    buckets: jobCounts,
  },
  hepastage_batch_slices_limit: {
    kind: 'gauge',
    help: 'Most slices of an encoder batch as of now: fewer than HEPASTAGE_BATCH_SLICES_MAX once a batch did not fit into memory',
    unit: 'slices',
    services,
    labels: { sequence },
  },
  hepastage_out_of_memory_total: {
    kind: 'counter',
    help: 'Encoder batches that did not fit into memory: larger ones ran again in halves',
    unit: 'batches',
    services,
    labels: { sequence },
  },
  hepastage_inference_duration_seconds: {
    kind: 'histogram',
    help: 'Time inside ONNX Runtime of one run, by the graph',
    unit: 'seconds',
    services,
    labels: {
      graph: { open: 'encoder, stager or radiomics' },
      provider: { open: 'execution provider: cuda, tensorrt or cpu' },
    },
    buckets: stepSeconds,
  },
  hepastage_result_write_failures_total: {
    kind: 'counter',
    help: 'Writes of a result or an artefact that failed: the study is tried again',
    unit: 'writes',
    services,
  },
  hepastage_predictions_total: {
    kind: 'counter',
    help: 'Stages given, by the sequences that the study had',
    unit: 'studies',
    services,
    labels: {
      stage: { open: 'a label of the model' },
      sequence: { open: 'T1W, T2W or T1W+T2W' },
      model_version: modelVersion,
    },
  },
  hepastage_stage_set_size: {
    kind: 'histogram',
    help: 'Stages among which the true one is, by the model’s promise: the more, the less sure it is',
    unit: 'stages',
    services,
    labels: { model_version: modelVersion },
    buckets: [1, 2, 3],
  },
  hepastage_sequence_disagreement: {
    kind: 'histogram',
    help: 'Total-variation distance between what the two sequences of a study say, 0 (agree) to 1; of studies with both',
    unit: 'distance',
    services,
    labels: { model_version: modelVersion },
    buckets: shares,
  },
  hepastage_input_distance_ratio: {
    kind: 'histogram',
    help: 'Distance of a sequence from those that the model was trained on, as a share of what is still usual: above 1 it is a stranger. Of models that say what is usual',
    unit: 'ratio',
    services,
    labels: { sequence, model_version: modelVersion },
    buckets: limitShares,
  },
  hepastage_result_warnings_total: {
    kind: 'counter',
    help: 'Warnings of results, by code',
    unit: 'warnings',
    services,
    labels: {
      code: {
        open: 'of a StagingResult’s warnings',
        values: [
          'EXECUTION_PROVIDER_FALLBACK',
          'FILES_PASSED_OVER',
          'NO_RADIOMICS_FEATURES',
          'NO_SECOND_OPINION',
          'STAGE_SET_NOT_CALIBRATED',
        ],
      },
    },
  },
  hepastage_quality_findings_total: {
    kind: 'counter',
    help: 'Findings of the image checks, of studies that succeeded',
    unit: 'findings',
    services,
    labels: { code: { open: 'see docs/quality-gate.md' }, severity: { open: 'INFO or WARNING' } },
  },
  hepastage_opinions_total: {
    kind: 'counter',
    help: 'Second opinions: given by a model; refused, as a study’s mask gives no features; failed, for no fault of the study',
    unit: 'opinions',
    services,
    labels: {
      outcome: { values: ['given', 'refused', 'failed'] },
      reason: { open: 'error code; empty where it was given' },
    },
  },
  hepastage_pacs_pushes_total: {
    kind: 'counter',
    help: 'Pushes to the PACS by outcome, every try; and those whose tries were used up (given-up)',
    unit: 'tries',
    services,
    labels: {
      outcome: {
        values: ['stored', 'partly-stored', 'refused', 'unavailable', 'failed', 'erased', 'given-up'],
      },
    },
  },
  hepastage_model_info: {
    kind: 'gauge',
    help: 'The loaded models: always 1',
    unit: 'info',
    services,
    labels: {
      name: { open: 'of the model' },
      version: { open: 'of the model' },
      sha256: { open: 'of its manifest' },
    },
  },
  hepastage_execution_provider_info: {
    kind: 'gauge',
    help: 'The execution provider in use, and whether it is the preferred one: always 1',
    unit: 'info',
    services,
    labels: {
      provider: { open: 'cuda, tensorrt or cpu' },
      preferred: { open: 'the first that is configured' },
      fallback: { values: ['true', 'false'] },
    },
  },
} as const satisfies Metrics;
