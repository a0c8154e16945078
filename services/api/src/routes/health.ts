import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { gauge } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { Type } from 'typebox';
import type { ApiDeps } from '../deps.ts';
import { SharedCheck } from '../shared-check.ts';
import { contentOf, problemsOf } from '../schemas/responses.ts';

const statusSchema = { type: 'object', properties: { status: { type: 'string' } } };

const liveSchema = {
  operationId: 'isLive',
  tags: ['operations'],
  summary: 'Whether the process answers',
  response: { 200: contentOf('It does.', 'application/json', statusSchema) },
};

const readySchema = {
  operationId: 'isReady',
  tags: ['operations'],
  summary: 'Whether the service can take a study',
  description:
    'For people and alerts. Balancers ask with `exclude=stores`: all replicas have the same stores, and while those are away each answers what it can, and refuses the rest with problem details and Retry-After, where a balancer without replicas could only refuse.',
  querystring: Type.Object(
    {
      exclude: Type.Optional(
        Type.Literal('stores', {
          description: 'Asks only whether this replica serves: until it begins to stop.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  response: {
    200: contentOf('It can.', 'application/json', statusSchema),
    ...problemsOf([ErrorCode.INVALID_REQUEST, ErrorCode.NOT_READY]),
  },
};

/** How long an answer about readiness stands, ms: anyone may ask, and each check writes to the object store. */
const keptMs = 1_000;

/** `GET /livez`, `GET /readyz` */
export const healthRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { store, status, queue, lifecycle, config, registry } = deps;
  const readiness = new SharedCheck(
    async () => {
      const checks = { 'object store': store.check(), 'status store': status.check(), queue: queue.check() };
      return failedChecks(checks, config.probeMsMax);
    },
    { keptMs },
  );
  const isReady = async () => !lifecycle.stopping.aborted && (await readiness.outcome()).length === 0;
  gauge(registry, 'hepastage_ready', async (ready) => ready.set((await isReady()) ? 1 : 0));

  app.get('/livez', { schema: liveSchema, config: { scope: 'none' } }, async () => ({ status: 'live' }));

  app.get('/readyz', { schema: readySchema, config: { scope: 'none' } }, async ({ query }) => {
    if (lifecycle.stopping.aborted) throw notReady('the service is stopping');
    if (query.exclude === 'stores') return { status: 'ready' };
    const failed = await readiness.outcome();
    if (failed.length > 0) throw notReady(`no answer from ${failed.join(', ')}`);
    return { status: 'ready' };
  });
};

/** Names of the checks that failed, or were not done in time. */
async function failedChecks(
  checks: Readonly<Record<string, Promise<void>>>,
  msMax: number,
): Promise<string[]> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(reject, msMax, new Error('late'));
  const names = Object.keys(checks);
  const outcomes = await Promise.allSettled(
    Object.values(checks).map(async (check) => Promise.race([check, late])),
  );
  clearTimeout(timer);
  return names.filter((_, n) => outcomes[n]?.status === 'rejected');
}

function notReady(what: string): HepastageError {
  return new HepastageError(ErrorCode.NOT_READY, { what, action: 'send the request again later' });
}
