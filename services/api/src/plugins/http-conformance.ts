import type { IncomingMessage, ServerResponse } from 'node:http';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import plugin from 'fastify-plugin';

/** What Node would otherwise answer by itself, without a word. */
export const httpConformance = plugin(
  async (app) => {
    // A server may pass over an expectation that it does not know (RFC 9110, 10.1.1).
    app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
      app.routing(request, response),
    );
    // RFC 9112, 3.2. The listener leaves it to us (`requireHostHeader`).
    app.addHook('onRequest', async ({ raw, headers }) => {
      if (raw.httpVersion !== '1.1' || headers.host !== undefined) return;
      throw new HepastageError(ErrorCode.INVALID_REQUEST, {
        what: 'the request does not say which host it is for',
        where: 'header host',
        action: 'let an HTTP client make the request',
      });
    });
  },
  { name: 'http-conformance', fastify: '5.x' },
);
