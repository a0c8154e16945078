import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { encodeText, ErrorCode, isFinished, JobRecordSchema } from '@hepastage/proto';
import type { VersionedRecord } from '@hepastage/platform';
import type { ApiDeps } from '../deps.ts';
import { clientGone } from '../http/client-gone.ts';
import { isCached, sendNotModified, versionTag } from '../http/entity-tag.ts';
import { preferredWaitSeconds } from '../http/prefer-wait.ts';
import { jobHeaders, jobParams } from '../schemas/jobs.ts';
import { emptyOf, messageOf, problemsOf, storeProblems } from '../schemas/responses.ts';
import { tenantOf } from '../tenant.ts';
import { retryAfterSeconds, withEstimate } from '../jobs/job-estimates.ts';
import { requireJob } from '../jobs/require-job.ts';

const schema = {
  operationId: 'getJob',
  tags: ['jobs'],
  summary: 'Look at a job',
  description:
    'With `Prefer: wait=N` the answer comes when the job changes from what If-None-Match names (or, without it, from what it is now), or after N seconds. `estimate`, which is there until the job has ended, changes by itself: that is no change of the job.',
  params: jobParams,
  headers: jobHeaders,
  response: {
    200: messageOf('The job.', JobRecordSchema, ['ETag', 'Retry-After', 'Preference-Applied']),
    304: emptyOf('The job is as the client has it.', ['ETag', 'Retry-After', 'Preference-Applied']),
    ...problemsOf([ErrorCode.INVALID_REQUEST, ErrorCode.JOB_NOT_FOUND, ...storeProblems]),
  },
};

/** `GET /v1/jobs/{id}` */
export const jobRoute: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { config, status, lifecycle } = deps;
  app.get('/v1/jobs/:id', { schema, config: { scope: 'jobs:read' } }, async (request, reply) => {
    const tenant = tenantOf(request);
    const { id } = request.params;
    const { prefer, 'if-none-match': ifNoneMatch } = request.headers;
    const waitSeconds = preferredWaitSeconds(prefer, config.longPollSecondsMax);

    let found = await requireJob(tenant, id, deps);
    if (waitSeconds !== undefined) {
      reply.header('preference-applied', `wait=${waitSeconds}`);
      const news = ifNoneMatch !== undefined && !isCached(ifNoneMatch, tagOf(found));
      if (!news && !isFinished(found.record)) {
        const signal = AbortSignal.any([clientGone(reply), lifecycle.stopping]);
        await status.changed(tenant, id, found.version, waitSeconds * 1_000, signal);
        found = await requireJob(tenant, id, deps);
      }
    }

    const tag = tagOf(found);
    const record = await withEstimate(found.record, deps);
    if (!isFinished(record)) reply.header('retry-after', retryAfterSeconds(record, deps));
    if (isCached(ifNoneMatch, tag)) return sendNotModified(reply, tag);
    return reply.type('application/json').header('etag', tag).send(encodeText(JobRecordSchema, record));
  });
};

function tagOf({ record, version }: VersionedRecord): string {
  return versionTag(version, isFinished(record));
}
