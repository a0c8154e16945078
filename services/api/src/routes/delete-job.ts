import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { objectKeys } from '@hepastage/platform';
import { ErrorCode } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { jobParams } from '../schemas/jobs.ts';
import { emptyOf, problemsOf } from '../schemas/responses.ts';
import { tenantOf } from '../tenant.ts';
import { findJob } from './find-job.ts';

const schema = {
  operationId: 'deleteJob',
  tags: ['jobs'],
  summary: 'Cancel a job and erase everything of it',
  description: 'If it fails halfway, the job stays cancelled: send it again to erase the rest.',
  params: jobParams,
  response: {
    204: emptyOf('Nothing of the job is left.'),
    ...problemsOf([ErrorCode.JOB_NOT_FOUND, ErrorCode.STORE_UNAVAILABLE, ErrorCode.QUEUE_UNAVAILABLE]),
  },
};

/** `DELETE /v1/jobs/{id}` */
export const deleteJobRoute: FastifyPluginAsyncTypebox<ApiDeps> = async (
  app,
  { status, store, queue, arrivals },
) => {
  app.delete('/v1/jobs/:id', { schema }, async (request, reply) => {
    const tenant = tenantOf(request);
    const { id } = request.params;
    const { record } = await findJob(status, tenant, id);
    // First the worker is told to stop; the record goes last, so that a failure on the way can be repeated.
    await status.cancel(tenant, id);
    if (record.studyInstanceUid !== '') await arrivals.abandon(record);
    await queue.remove(id);
    await store.erase(objectKeys.job(tenant, id));
    await status.erase(tenant, id);
    return reply.code(204).send();
  });
};
