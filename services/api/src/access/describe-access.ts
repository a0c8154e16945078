import type { SwaggerTransform } from '@fastify/swagger';
import { ErrorCode } from '@hepastage/proto';
import { problemsOf } from '../schemas/responses.ts';

export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key, or a token of the identity provider. Not asked for where authentication is off.',
  },
} as const;

const refusals = problemsOf([ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN, ErrorCode.RATE_LIMITED]);

/** Says in the OpenAPI document what an operation asks of whoever calls it, and how it refuses: as the route declares it. */
export const describeAccess: SwaggerTransform = ({ schema, url, route }) => {
  const { scope, exposure = 'scope', rateLimit } = route.config ?? {};
  if (scope === undefined || scope === 'none' || exposure !== 'scope') return { schema, url };
  const { 429: limited, ...others } = refusals;
  const response = {
    ...others,
    ...(rateLimit !== false && { 429: limited }),
    ...(schema.response as Record<string, unknown> | undefined),
  };
  return { schema: { ...schema, security: [{ bearer: [scope] }], response }, url };
};
