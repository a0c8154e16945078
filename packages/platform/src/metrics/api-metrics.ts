import type { Metrics } from './metric.ts';

const services = ['api'] as const;

/** From a probe's answer to an upload of the longest kind, s. */
const requestSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

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
    labels: { door: { values: ['rest', 'dicomweb'] } },
  },
  hepastage_refused_uploads_total: {
    kind: 'counter',
    help: 'Uploads that were refused, by error code',
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
  hepastage_queue_oldest_job_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest waiting study; 0 if none waits, NaN while Redis does not answer',
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
    help: 'Jobs that were looked at in the background, by what had to be done: report-… is a loss, failed could not be done',
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
          'failed',
        ],
      },
    },
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
