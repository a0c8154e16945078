import { create } from '@bufbuild/protobuf';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { UidHasher } from '@hepastage/dicom';
import type { JobFilter } from '@hepastage/platform';
import {
  encodeText,
  enumValue,
  ErrorCode,
  HepastageError,
  JobListSchema,
  type JobRecord_State,
  JobRecord_StateSchema,
} from '@hepastage/proto';
import type { Static } from 'typebox';
import type { ApiDeps } from '../deps.ts';
import { withEstimates } from '../jobs/job-estimates.ts';
import { jobsQuery } from '../schemas/jobs.ts';
import { messageOf, problemsOf } from '../schemas/responses.ts';
import { tenantOf } from '../tenant.ts';

/** `GET /v1/jobs` */
export const jobsRoute: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { config, status, uidHasherOf } = deps;
  const schema = {
    operationId: 'listJobs',
    tags: ['jobs'],
    summary: 'List jobs, newest first',
    description:
      'A page may hold fewer jobs than asked for before the last: go on until `nextCursor` is empty.',
    querystring: jobsQuery(config),
    response: {
      200: messageOf('A page of jobs.', JobListSchema),
      ...problemsOf([ErrorCode.INVALID_REQUEST, ErrorCode.QUEUE_UNAVAILABLE]),
    },
  };
  app.get('/v1/jobs', { schema, config: { scope: 'jobs:read' } }, async (request, reply) => {
    const { limit = config.pageSizeDefault, cursor } = request.query;
    const tenant = tenantOf(request);
    const page = await status.list(tenant, filterOf(request.query, uidHasherOf(tenant)), limit, cursor);
    const jobs = await withEstimates(page.records, deps);
    const list = create(JobListSchema, { jobs, nextCursor: page.nextCursor ?? '' });
    return reply.type('application/json').send(encodeText(JobListSchema, list));
  });
};

function filterOf(query: Static<ReturnType<typeof jobsQuery>>, hashUid: UidHasher): JobFilter {
  const { studyInstanceUid } = query;
  const { state, stage, model, reference, createdAfter, createdBefore } = query;
  return {
    ...(state !== undefined && {
      states: state.map((name) => enumValue(JobRecord_StateSchema, name) as JobRecord_State),
    }),
    ...(stage !== undefined && { stage }),
    ...(model !== undefined && { model }),
    ...(reference !== undefined && { externalReference: reference }),
    ...(studyInstanceUid !== undefined && { studyInstanceUid: hashUid(studyInstanceUid) }),
    ...(createdAfter !== undefined && { createdAfter: momentOf(createdAfter, 'createdAfter') }),
    ...(createdBefore !== undefined && { createdBefore: momentOf(createdBefore, 'createdBefore') }),
  };
}

/** The schema's format also takes leap seconds and the like, which no clock of ours has. Throws INVALID_REQUEST. */
function momentOf(text: string, parameter: string): Date {
  const moment = new Date(text);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the time can’t be read',
    where: `query parameter ${parameter}`,
    expected: 'a time as in 2026-01-31T23:59:59Z',
    action: 'correct it, or leave it out',
  });
}
