import rateLimit from '@fastify/rate-limit';
import type { Redis } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { principalOf } from './principal.ts';
import type { PolicyOf } from './quotas.ts';

export interface RateLimitOptions {
  readonly config: { readonly redisPrefix: string };
  readonly redis: Redis;
  readonly policyOf: PolicyOf;
}

/** ms */
const window = 60_000;

/**
 * No tenant sends more requests a minute than its policy allows, over all replicas. Register it after `access`. Routes that ask nobody who they are have no limit.
 * While Redis is away requests are not counted: whatever needs it fails by itself, and nothing else need.
 */
export const rateLimits = plugin<RateLimitOptions>(
  async (app, { config, redis, policyOf }) => {
    await app.register(rateLimit, {
      redis,
      nameSpace: `${config.redisPrefix}:rate:`,
      skipOnError: true,
      enableDraftSpec: true,
      timeWindow: window,
      keyGenerator: tenantOf,
      allowList: (request) => request.principal === null,
      max: async (request) => (await policyOf(tenantOf(request))).requestsPerMinute,
      errorResponseBuilder: (_request, { max, ttl }) =>
        new HepastageError(ErrorCode.RATE_LIMITED, {
          what: 'your tenant sends requests faster than it may',
          expected: `at most ${max} a minute`,
          action: 'send the request again after as many seconds as Retry-After says',
          retryAfterSeconds: Math.ceil(ttl / 1_000),
        }),
    });
  },
  { name: 'rate-limits', fastify: '5.x', dependencies: ['access'] },
);

/** The limiter also asks for the key of requests that it then lets pass. */
function tenantOf(request: FastifyRequest): string {
  return request.principal === null ? '' : principalOf(request).tenant;
}
