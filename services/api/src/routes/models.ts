import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { encodeJson, ModelManifestSchema } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { contentOf } from '../schemas/responses.ts';

const schema = {
  operationId: 'listModels',
  tags: ['models'],
  summary: 'List the models that a study may ask for, and those of kind RADIOMICS that give second opinions',
  response: {
    200: contentOf('Manifests of the models.', 'application/json', {
      type: 'object',
      properties: { models: { type: 'array', items: { $ref: `${ModelManifestSchema.name}#` } } },
    }),
  },
};

/** `GET /v1/models` */
export const modelsRoute: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { models }) => {
  const body = JSON.stringify({ models: models.map((model) => encodeJson(ModelManifestSchema, model)) });
  app.get('/v1/models', { schema, config: { scope: 'models:read' } }, async (_request, reply) =>
    reply.type('application/json').send(body),
  );
};
