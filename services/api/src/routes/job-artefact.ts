import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { objectKeys } from '@hepastage/platform';
import {
  type Artefact,
  AuditEntry_Action,
  decodeText,
  ErrorCode,
  HepastageError,
  StagingResultSchema,
} from '@hepastage/proto';
import { audit } from '../access/audit.ts';
import type { ApiDeps } from '../deps.ts';
import { clientGone } from '../http/client-gone.ts';
import { isCached, sendNotModified } from '../http/entity-tag.ts';
import { artefactParams, cachedHeaders } from '../schemas/jobs.ts';
import { contentOf, emptyOf, problemsOf, storeProblems } from '../schemas/responses.ts';
import { tenantOf } from '../tenant.ts';
import { jobNotFound, requireJob } from '../jobs/require-job.ts';
import { conflict, missingResult, sendMissing } from './require-result.ts';

/** A plain file name: no separators, no dots in front. */
const artefactNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

const schema = {
  operationId: 'getArtefact',
  tags: ['jobs'],
  summary: 'Fetch a file of the result',
  params: artefactParams,
  headers: cachedHeaders,
  response: {
    200: contentOf(
      'The file. Its media type, size and SHA-256 (the ETag) are those that the result lists.',
      '*/*',
      // Bytes of any kind.
      {},
      ['ETag', 'Content-Length', 'Content-Disposition'],
    ),
    304: emptyOf('The client has it.', ['ETag']),
    ...problemsOf([ErrorCode.JOB_NOT_FOUND, ErrorCode.ARTEFACT_NOT_FOUND, ...storeProblems], {
      [conflict]: 'RESULT_NOT_READY; or, if the job failed or was cancelled, the code it failed with',
    }),
  },
};

/** `GET /v1/jobs/{id}/artefacts/{name}` */
export const jobArtefactRoute: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { store, config } = deps;
  app.get(
    '/v1/jobs/:id/artefacts/:name',
    { schema, config: { scope: 'jobs:read', streams: true } },
    async (request, reply) => {
      const tenant = tenantOf(request);
      const { id, name } = request.params;
      const { record } = await requireJob(tenant, id, deps);
      const missing = missingResult(record);
      if (missing !== undefined) return sendMissing(reply, missing, record, deps);

      const signal = clientGone(reply);
      const result = await store.readBytes(objectKeys.result(tenant, id), config.resultBytesMax, signal);
      if (result === undefined) throw jobNotFound();
      const artefact = findArtefact(decodeText(StagingResultSchema, result.toString()).artefacts, name);

      const { mediaType, sha256 } = artefact;
      const tag = `"${sha256}"`;
      if (isCached(request.headers['if-none-match'], tag)) return sendNotModified(reply, tag);
      await audit(request, AuditEntry_Action.RESULT_READ, { jobId: id, target: name }, deps);
      const file = await store.read(objectKeys.artefact(tenant, id, artefact), signal);
      if (file === undefined) throw artefactNotFound();
      return reply
        .type(mediaType)
        .header('etag', tag)
        .header('content-length', file.bytes)
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(file.stream);
    },
  );
};

/** Only what the result lists is served. Throws ARTEFACT_NOT_FOUND. */
function findArtefact(artefacts: readonly Artefact[], name: string): Artefact {
  const found = artefactNamePattern.test(name) ? artefacts.find((item) => item.name === name) : undefined;
  if (found === undefined) throw artefactNotFound();
  return found;
}

function artefactNotFound(): HepastageError {
  return new HepastageError(ErrorCode.ARTEFACT_NOT_FOUND, {
    what: 'the job has no artefact of that name',
    action: 'see artefacts[].name in the result',
  });
}
