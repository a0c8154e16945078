import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import plugin from 'fastify-plugin';

/** A client's own request id is kept where it is harmless in logs and headers. */
const requestIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** The id of a request: the client's `X-Request-Id`, or a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && requestIdPattern.test(given) ? given : randomUUID();
}

/** One line per request, with the route's pattern instead of the URL: a query may hold a reference. */
export const requestLog = plugin(
  async (app) => {
    app.addHook('onSend', async (request, reply) => {
      reply.header('x-request-id', request.id);
      // What is sent is somebody's health data: it may be kept only by its owner, and only after asking again.
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
    });
    app.addHook('onResponse', async (request, reply) => {
      request.log.info(
        {
          method: request.method,
          route: request.routeOptions.url ?? 'none',
          status: reply.statusCode,
          ms: Math.round(reply.elapsedTime),
        },
        'request',
      );
    });
  },
  { name: 'request-log', fastify: '5.x' },
);
