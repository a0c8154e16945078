import type { SwaggerTransform } from '@fastify/swagger';
import { ErrorCode } from '@hepastage/proto';
import { problemsOf } from '../schemas/responses.ts';
import type { AccessConfig } from './access-settings.ts';

export const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An API key, or a token of the identity provider. Not asked for where authentication is off.',
  },
} as const;

const refusals = problemsOf([ErrorCode.UNAUTHENTICATED, ErrorCode.FORBIDDEN, ErrorCode.RATE_LIMITED]);

/** Says in the OpenAPI document what an operation asks of whoever calls it, and how it refuses: as the route declares it, and as authentication is required or off. */
export function describeAccess({ authentication }: Pick<AccessConfig, 'authentication'>): SwaggerTransform {
  return ({ schema, url, route }) => {
    const { scope, exposure = 'scope', rateLimit } = route.config ?? {};
    if (scope === undefined || scope === 'none' || exposure !== 'scope') return { schema, url };
    const { 429: limited, ...others } = refusals;
    const isGuarded = authentication === 'required';
    const response = {
      ...(isGuarded && others),
      ...(rateLimit !== false && { 429: limited }),
      ...(schema.response as Record<string, unknown> | undefined),
    };
    const security = isGuarded ? { security: [{ bearer: [scope] }] } : {};
    return { schema: { ...schema, ...security, response }, url };
  };
}
