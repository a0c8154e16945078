import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { eraseJob } from '@hepastage/jobs';
import { ErrorCode } from '@hepastage/proto';
import { principalOf } from '../access/principal.ts';
import type { ApiDeps } from '../deps.ts';
import { jobParams } from '../schemas/jobs.ts';
import { emptyOf, problemsOf, storeProblems } from '../schemas/responses.ts';
import { requireErasable } from '../jobs/require-job.ts';

const schema = {
  operationId: 'deleteJob',
  tags: ['jobs'],
  summary: 'Cancel a job and erase everything of it',
  description:
    'If it fails halfway, the job stays cancelled, and the rest is erased in the background; or send it again.',
  params: jobParams,
  response: {
    204: emptyOf('Nothing of the job is left.'),
    ...problemsOf([ErrorCode.JOB_NOT_FOUND, ...storeProblems]),
  },
};

/** `DELETE /v1/jobs/{id}` */
export const deleteJobRoute: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  app.delete('/v1/jobs/:id', { schema, config: { scope: 'jobs:delete' } }, async (request, reply) => {
    const { tenant, actor } = principalOf(request);
    const job = await requireErasable(tenant, request.params.id, deps);
    await eraseJob(job, { actor, requestId: request.id }, deps);
    return reply.code(204).send();
  });
};
