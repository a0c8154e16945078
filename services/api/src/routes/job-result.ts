import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { objectKeys } from '@hepastage/platform';
import { AuditEntry_Action, ErrorCode, StagingResultSchema } from '@hepastage/proto';
import { audit } from '../access/audit.ts';
import type { ApiDeps } from '../deps.ts';
import { clientGone } from '../http/client-gone.ts';
import { isCached, sendNotModified, versionTag } from '../http/entity-tag.ts';
import { cachedHeaders, jobParams } from '../schemas/jobs.ts';
import { emptyOf, messageOf, problemsOf, storeProblems } from '../schemas/responses.ts';
import { tenantOf } from '../tenant.ts';
import { jobNotFound, requireJob } from '../jobs/require-job.ts';
import { conflict, missingResult, sendMissing } from './require-result.ts';

const schema = {
  operationId: 'getResult',
  tags: ['jobs'],
  summary: 'Fetch the result of a job',
  params: jobParams,
  headers: cachedHeaders,
  response: {
    200: messageOf('The result, as the worker wrote it.', StagingResultSchema, ['ETag', 'Content-Length']),
    304: emptyOf('The client has it.', ['ETag']),
    ...problemsOf([ErrorCode.JOB_NOT_FOUND, ...storeProblems], {
      [conflict]: 'RESULT_NOT_READY; or, if the job failed or was cancelled, the code it failed with',
    }),
  },
};

/** `GET /v1/jobs/{id}/result` */
export const jobResultRoute: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { store } = deps;
  app.get(
    '/v1/jobs/:id/result',
    { schema, config: { scope: 'jobs:read', streams: true } },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { id } = request.params;
      const { record, version } = await requireJob(tenant, id, deps);
      const missing = missingResult(record);
      if (missing !== undefined) return sendMissing(reply, missing, record, deps);

      // A record that has succeeded never changes, and neither does its result.
      const tag = versionTag(version, true);
      if (isCached(request.headers['if-none-match'], tag)) return sendNotModified(reply, tag);
      await audit(request, AuditEntry_Action.RESULT_READ, { jobId: id, target: 'result' }, deps);
      const result = await store.read(objectKeys.result(tenant, id), clientGone(reply));
      // The job is being erased at this moment.
      if (result === undefined) throw jobNotFound();
      return reply
        .type('application/json')
        .header('etag', tag)
        .header('content-length', result.bytes)
        .send(result.stream);
    },
  );
};
