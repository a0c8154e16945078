import type { Metrics } from './metric.ts';

const services = ['api'] as const;

/** How studies come in. */
const door = { values: ['rest', 'dicomweb'] } as const;

/** From a probe's answer to an upload of the longest kind, s. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600];

/** What the API keeps. */
export const apiMetrics = {
  hepastage_http_request_duration_seconds: {
    kind: 'histogram',
    help: 'How long requests took, by route',
    unit: 'seconds',
    services,
    labels: {
      method: { open: 'of HTTP' },
      route: { open: 'as it is registered, without ids: `/v1/jobs/:id`; `none` where there is none' },
      status: { open: 'of HTTP' },
    },
    buckets: requestSeconds,
  },
  hepastage_uploads_active: { kind: 'gauge', help: 'Uploads in progress', unit: 'uploads', services },
  hepastage_upload_bytes_total: { kind: 'counter', help: 'File bytes received', unit: 'bytes', services },
  hepastage_accepted_studies_total: {
    kind: 'counter',
    help: 'Jobs that were accepted, each once: a repeated idempotency key, a further request for a DICOMweb study and its completion count no more',
    unit: 'studies',
    services,
    labels: { door },
  },
  hepastage_upload_answers_total: {
    kind: 'counter',
    help: 'Answers to requests that bring or complete a study, whoever gave them: a request that lost its client has none',
    unit: 'answers',
    services,
    labels: { door, class: { values: ['2xx', '3xx', '4xx', '5xx'] } },
  },
  hepastage_refused_uploads_total: {
    kind: 'counter',
    help: 'Requests that would bring or complete a study, and were refused as a whole, by error code: for want of credentials, by a limit, for what they brought, or as their client left',
    unit: 'uploads',
    services,
    labels: { code: { open: 'error code' } },
  },
  hepastage_admission_open: {
    kind: 'gauge',
    help: 'Whether studies are taken: 0 while Redis or object store are away or full, or studies wait for too long',
    unit: 'flag',
    services,
  },
  hepastage_queue_jobs: {
    kind: 'gauge',
    help: 'Jobs by queue and state, as every API replica sees them: sum(max by (queue, state) (…)). Absent while Redis does not answer',
    unit: 'jobs',
    services,
    labels: {
      queue: { values: ['studies', 'pacs-pushes', 'webhooks'] },
      state: { values: ['waiting', 'prioritized', 'active', 'delayed', 'failed'] },
    },
  },
  hepastage_queue_paused: {
    kind: 'gauge',
    help: 'Whether an operator has paused the queue of studies: they come in, and no worker takes them. Absent while Redis does not answer',
    unit: 'flag',
    services,
  },
  hepastage_queue_oldest_job_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest study that no worker has: it waits, or is put off for its next try; 0 if there is none, NaN while Redis does not answer',
    unit: 'seconds',
    services,
  },
  hepastage_redis_memory_ratio: {
    kind: 'gauge',
    help: 'Share of its maxmemory that Redis uses; absent where it has no limit, or does not answer',
    unit: 'ratio',
    services,
  },
  hepastage_reconciled_jobs_total: {
    kind: 'counter',
    help: 'Jobs that were looked at in the background, as they are, by what had to be done: report-… is a loss, failed could not be done, just-accepted was put into the queue, perhaps a moment before it would have been there by itself',
    unit: 'jobs',
    services,
    labels: {
      verdict: {
        values: [
          'none',
          'finish-erasure',
          'expire',
          'erase-orphan',
          'forget-record',
          'close-arrival',
          'restore-ended',
          'restore-queued',
          'restore-receiving',
          'recover-end',
          'give-up',
          'enqueue',
          'report-lost-request',
          'report-lost-result',
          'just-accepted',
          'failed',
        ],
      },
    },
  },
  hepastage_sweep_last_success_timestamp_seconds: {
    kind: 'gauge',
    help: 'When this replica last ended a look at all jobs in the background, Unix time; absent before its first',
    unit: 'seconds',
    services,
  },
  hepastage_lost_jobs: {
    kind: 'gauge',
    help: 'Jobs of which this replica’s last complete look said report-…; absent before its first. What counts is the replica whose hepastage_sweep_last_success_timestamp_seconds is the latest',
    unit: 'jobs',
    services,
  },
  hepastage_webhook_deliveries_total: {
    kind: 'counter',
    help: 'Tries of webhook notices by outcome, and notices whose tries were used up (given-up)',
    unit: 'tries',
    services,
    labels: { outcome: { values: ['delivered', 'failed', 'refused', 'disabled', 'given-up'] } },
  },
  hepastage_webhook_failures_total: {
    kind: 'counter',
    help: 'Tries of webhook notices that did not arrive, by reason',
    unit: 'tries',
    services,
    labels: {
      reason: {
        open: 'of the target or, for a fault of ours, the error code',
        values: [
          'HTTP_3XX',
          'HTTP_4XX',
          'HTTP_5XX',
          'TIMEOUT',
          'UNREACHABLE',
          'TARGET_REFUSED',
          'TARGET_GONE',
          'TARGET_DISABLED',
          'NOT_CONFIGURED',
        ],
      },
    },
  },
} as const satisfies Metrics;
