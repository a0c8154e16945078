import { Counter, Gauge, Histogram, type Registry, type StudyQueue } from '@hepastage/platform';
import plugin from 'fastify-plugin';

/** What the upload path counts. */
export interface UploadMetrics {
  readonly bytes: Counter;
  readonly refused: Counter<'code'>;
  readonly active: Gauge;
}

declare module 'fastify' {
  interface FastifyInstance {
    uploadMetrics: UploadMetrics;
  }
}

export interface MetricsOptions {
  readonly registry: Registry;
  readonly queue: StudyQueue;
}

/** From a probe's answer to an upload of the longest kind, s. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Measures every request, and serves the registry at /metrics. Labels are routes, states and codes: never a job or a study. */
export const metrics = plugin<MetricsOptions>(
  async (app, { registry, queue }) => {
    const registers = [registry];
    const durations = new Histogram({
      name: 'hepastage_http_request_duration_seconds',
      help: 'How long requests took, by route',
      labelNames: ['method', 'route', 'status'],
      buckets: durationBuckets,
      registers,
    });
    app.decorate('uploadMetrics', {
      bytes: new Counter({ name: 'hepastage_upload_bytes_total', help: 'File bytes received', registers }),
      refused: new Counter({
        name: 'hepastage_refused_uploads_total',
        help: 'Uploads that were refused, by error code',
        labelNames: ['code'],
        registers,
      }),
      active: new Gauge({ name: 'hepastage_uploads_active', help: 'Uploads in progress', registers }),
    });
    registerQueueGauges(registry, queue, (error) => app.log.warn({ err: error }, 'queue metrics'));

    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'none';
      durations.observe(
        { method: request.method, route, status: reply.statusCode },
        reply.elapsedTime / 1_000,
      );
    });
  },
  { name: 'metrics', fastify: '5.x' },
);

/** Gauges that ask the queue when they are scraped. They have no value while it does not answer. */
function registerQueueGauges(registry: Registry, queue: StudyQueue, onError: (error: unknown) => void): void {
  const jobs = new Gauge({
    name: 'hepastage_queue_jobs',
    help: 'Jobs by queue state',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      try {
        const counts = await queue.counts();
        for (const [state, count] of Object.entries(counts)) jobs.set({ state }, count);
      } catch (error) {
        jobs.reset();
        onError(error);
      }
    },
  });
  const oldest = new Gauge({
    name: 'hepastage_queue_oldest_job_age_seconds',
    help: 'Age of the oldest waiting job; 0 if none waits',
    registers: [registry],
    async collect() {
      try {
        oldest.set(await queue.oldestAgeSeconds());
      } catch (error) {
        oldest.set(Number.NaN);
        onError(error);
      }
    },
  });
}
