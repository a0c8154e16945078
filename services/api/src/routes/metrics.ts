import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { metricsExposure } from '../access/access-settings.ts';
import type { ApiDeps } from '../deps.ts';
import { contentOf } from '../schemas/responses.ts';

const schema = {
  operationId: 'getMetrics',
  tags: ['operations'],
  summary: 'Metrics for Prometheus',
  response: { 200: contentOf('Prometheus text format.', 'text/plain', { type: 'string' }) },
};

/** `GET /metrics` */
export const metricsRoute: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { config, registry }) => {
  const access = { scope: 'metrics:read', exposure: metricsExposure(config), rateLimit: false } as const;
  app.get('/metrics', { schema, config: access }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
};
