import type { Scope } from '@hepastage/access';
import type { RouteOptions } from 'fastify';
import { type AccessConfig, type Exposure, metricsExposure } from './access-settings.ts';

/** What a route asks of whoever calls it. */
export interface RouteAccess {
  /** `none`: it asks nobody. */
  readonly scope?: Scope | 'none';
  /** Of routes for operators. */
  readonly exposure?: Exposure;
  /** It is a page: a browser, which has no other way, may send an API key as the password of HTTP Basic. */
  readonly takesBasic?: boolean;
}

/** What the access of libraries' routes depends on. */
export type AccessOfLibraries = Pick<AccessConfig, 'docsAccess' | 'metricsAccess' | 'authentication'>;

/** Where the page of the queues is. */
export const boardPath = '/ops/queues';

declare module 'fastify' {
  interface FastifyContextConfig extends RouteAccess {}
}

/** The OpenAPI document and the page to read it. */
export function docsRouteAccess({ docsAccess }: { readonly docsAccess: Exposure }): RouteAccess {
  return { scope: 'admin', exposure: docsAccess };
}

/** The page of the queues. It shows the jobs of all tenants: no tenant's admin sees it, and it is open to nobody but whoever reaches the operations port. */
export function boardRouteAccess(config: AccessOfLibraries): RouteAccess {
  const exposure = metricsExposure(config) === 'port' ? 'port' : 'scope';
  return { scope: 'operator', exposure, takesBasic: true };
}

/** What a route declares. Throws where it declares nothing, so that none is forgotten. */
export function accessOfRoute(
  { url, method, config = {} }: Pick<RouteOptions, 'url' | 'method' | 'config'>,
  settings: AccessOfLibraries,
): RouteAccess {
  if (config.scope !== undefined) return config;
  // Routes of libraries can't say it themselves.
  if (isBelow(url, '/docs')) return docsRouteAccess(settings);
  if (isBelow(url, boardPath)) return boardRouteAccess(settings);
  throw new Error(`the route ${String(method)} ${url} does not declare a scope`);
}

function isBelow(url: string, path: string): boolean {
  return url === path || url.startsWith(`${path}/`);
}
