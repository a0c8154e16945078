import { type Scope, scopes } from '@hepastage/access';
import type { FastifyRequest } from 'fastify';

/** Who asks. */
export interface Principal {
  readonly tenant: string;
  /** As the audit log names it: `key:<id>`, `oidc:<subject>`, `anonymous`. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Everyone, where authentication is off. */
export const anonymous: Principal = {
  tenant: 'default',
  actor: 'anonymous',
  scopes: new Set(scopes),
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where a route asks nobody who they are. */
    principal: Principal | null;
  }
}

/** Only for routes that declare a scope. */
export function principalOf({ principal, routeOptions }: FastifyRequest): Principal {
  if (principal === null) throw new Error(`the route ${routeOptions.url} does not ask who sends a request`);
  return principal;
}
