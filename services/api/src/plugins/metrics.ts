import { type Counter, counter, type Gauge, gauge, histogram, type Registry } from '@hepastage/platform';
import plugin from 'fastify-plugin';
import { type AskedDeps, registerAskedGauges } from '../metrics/asked-gauges.ts';

/** What the upload path counts. */
export interface UploadMetrics {
  readonly bytes: Counter<'hepastage_upload_bytes_total'>;
  readonly accepted: Counter<'hepastage_accepted_studies_total'>;
  readonly refused: Counter<'hepastage_refused_uploads_total'>;
  readonly active: Gauge<'hepastage_uploads_active'>;
}

declare module 'fastify' {
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
    app.decorate('uploadMetrics', {
      bytes: counter(registry, 'hepastage_upload_bytes_total'),
      accepted: counter(registry, 'hepastage_accepted_studies_total'),
      refused: counter(registry, 'hepastage_refused_uploads_total'),
      active: gauge(registry, 'hepastage_uploads_active'),
    });
    registerAskedGauges(registry, { queue, admission }, (error) =>
      app.log.warn({ err: error }, 'queue metrics'),
    );

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
