import type { ApiUnderTest } from './api-under-test.ts';

/** Width of one level of Fastify's drawing of its routes, characters. */
const indent = 4;

/** Every route that the app has, hidden ones included, as its router draws them: `GET /v1/jobs/:id`. */
export function registeredRoutes({ app }: ApiUnderTest): string[] {
  const path: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const { lead, part, methods } = /^(?<lead>[│├└─ ]*)(?<part>\S+)(?: \((?<methods>[^)]+)\))?$/.exec(line)?.groups ?? {}; // prettier-ignore
      if (lead === undefined || part === undefined) return [];
      path.length = lead.length / indent - 1;
      path.push(part);
      return (methods ?? '')
        .split(', ')
        .filter((method) => method !== '')
        .map((method) => `${method} ${path.join('')}`);
    });
}
