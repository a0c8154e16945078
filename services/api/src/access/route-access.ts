import type { Scope } from '@hepastage/access';
import type { RouteOptions } from 'fastify';
import type { Exposure } from './access-settings.ts';

/** What a route asks of whoever calls it. */
export interface RouteAccess {
  /** `none`: it asks nobody. */
  readonly scope?: Scope | 'none';
  /** Of routes for operators. */
  readonly exposure?: Exposure;
}

declare module 'fastify' {
  interface FastifyContextConfig extends RouteAccess {}
}

/** The OpenAPI document and the page to read it. */
export function docsRouteAccess({ docsAccess }: { readonly docsAccess: Exposure }): RouteAccess {
  return { scope: 'admin', exposure: docsAccess };
}

/** What a route declares. Throws where it declares nothing, so that none is forgotten. */
export function accessOfRoute(
  { url, method, config = {} }: Pick<RouteOptions, 'url' | 'method' | 'config'>,
  docs: { readonly docsAccess: Exposure },
): RouteAccess {
  if (config.scope !== undefined) return config;
  // Routes of libraries can't say it themselves.
  if (url === '/docs' || url.startsWith('/docs/')) return docsRouteAccess(docs);
  throw new Error(`the route ${String(method)} ${url} does not declare a scope`);
}
