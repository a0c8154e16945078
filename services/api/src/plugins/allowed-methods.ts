import type { RouteOptions } from 'fastify';
import plugin from 'fastify-plugin';
import { answersHere } from '../access/operations-server.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The methods that there are for the path of a request that no route takes; none where there is no such path. */
    allowedMethods(request: FastifyRequest): string[];
  }
}

/** Knows all routes that are registered after it: whoever asks with a method that a path does not have is told those that it has (RFC 9110, 15.5.6). */
export const allowedMethods = plugin(
  async (app) => {
    const routes: { readonly path: RegExp; readonly route: RouteOptions }[] = [];
    app.addHook('onRoute', (route) => {
      routes.push({ path: pathPattern(route.url), route });
    });
    app.decorate('allowedMethods', (request) => {
      const [path = ''] = request.url.split('?');
      const methods = routes
        .filter(({ path: pattern, route }) => pattern.test(path) && answersHere(request, route.config ?? {}))
        .flatMap(({ route }) => route.method);
      return [...new Set(methods)].filter((method) => method !== 'OPTIONS').toSorted();
    });
  },
  { name: 'allowed-methods', fastify: '5.x' },
);

/** `/v1/jobs/:id` and `/docs/static/*`, as Fastify writes them. */
function pathPattern(url: string): RegExp {
  const pattern = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replaceAll('.', '\\.')))
    .join('/');
  return new RegExp(`^${pattern}$`);
}
