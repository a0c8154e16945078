import { type Counter, counter, type Gauge, gauge, histogram, type Registry } from '@hepastage/platform';
import plugin from 'fastify-plugin';
import { type AskedDeps, registerAskedGauges } from '../metrics/asked-gauges.ts';

/** What the upload path counts. */
export interface UploadMetrics {
  readonly bytes: Counter<'hepastage_upload_bytes_total'>;
  readonly accepted: Counter<'hepastage_accepted_studies_total'>;
  readonly active: Gauge<'hepastage_uploads_active'>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How studies come in by this route, if they do. */
    readonly door?: 'rest' | 'dicomweb';
  }
  interface FastifyInstance {
    uploadMetrics: UploadMetrics;
  }
}

export interface MetricsOptions extends AskedDeps {
  readonly registry: Registry;
}

/** Measures every request and upload, as the catalogue describes it (packages/platform/src/metrics). */
export const metrics = plugin<MetricsOptions>(
  async (app, { registry, queue, admission }) => {
    const durations = histogram(registry, 'hepastage_http_request_duration_seconds');
    const answers = counter(registry, 'hepastage_upload_answers_total');
    const refused = counter(registry, 'hepastage_refused_uploads_total');
    app.decorate('uploadMetrics', {
      bytes: counter(registry, 'hepastage_upload_bytes_total'),
      accepted: counter(registry, 'hepastage_accepted_studies_total'),
      active: gauge(registry, 'hepastage_uploads_active'),
    });
    registerAskedGauges(registry, { queue, admission }, (error) =>
      app.log.warn({ err: error }, 'queue metrics'),
    );

    // Whoever refuses an upload, a hook or its route, answers with a problem; that its client is gone changes nothing about that.
    app.addHook('onSend', async (request, { refusal }) => {
      if (request.routeOptions.config.door !== undefined && refusal !== null)
        refused.inc({ code: refusal.codeName });
    });
    app.addHook('onResponse', async (request, reply) => {
      const route = request.routeOptions.url ?? 'none';
      durations.observe(
        { method: request.method, route, status: reply.statusCode },
        reply.elapsedTime / 1_000,
      );
      const { door } = request.routeOptions.config;
      if (door !== undefined) answers.inc({ door, class: classOf(reply.statusCode) });
    });
  },
  { name: 'metrics', fastify: '5.x', dependencies: ['problems'] },
);

function classOf(status: number): '2xx' | '3xx' | '4xx' | '5xx' {
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  return status >= 300 ? '3xx' : '2xx';
}
