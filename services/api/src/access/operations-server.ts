import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { type ListenerConfig, requestLimits } from '../http/listener.ts';
import { answerClientError } from '../plugins/unroutable.ts';
import type { RouteAccess } from './route-access.ts';

/** Requests that came in at the operations port. */
const operationsRequests = new WeakSet<IncomingMessage>();

/** Whether a route answers at the port that a request came in at: at the operations port what was put behind it, and probes; at the other one, everything else. */
export function answersHere({ raw }: FastifyRequest, { scope, exposure }: RouteAccess): boolean {
  return operationsRequests.has(raw) ? exposure === 'port' || scope === 'none' : exposure !== 'port';
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Opens the operations port, where one is configured. Returns its URL. Call it once the app is ready. */
    listenForOperations(): Promise<string | undefined>;
  }
}

export interface OperationsServerOptions extends ListenerConfig {
  readonly operationsHost: string;
  readonly operationsPort?: number | undefined;
}

/** What holds for the other port holds here, too, beside the limits of requests. */
const sharedLimits = ['timeout', 'keepAliveTimeout', 'maxRequestsPerSocket', 'maxConnections'] as const;

/** A second port for operators, which is closed with the app: what is put behind it can't be reached at the port of clients. Plain HTTP. */
export const operationsServer = plugin<OperationsServerOptions>(
  async (app, { operationsHost, operationsPort, ...config }) => {
    if (operationsPort === undefined) {
      app.decorate('listenForOperations', async () => undefined);
      return;
    }
    const server = createServer(requestLimits(config), (request, response) => {
      operationsRequests.add(request);
      app.routing(request, response);
    });
    server.on('clientError', answerClientError);
    app.decorate('listenForOperations', async () => {
      for (const limit of sharedLimits) {
        const value = app.server[limit];
        if (value !== null) server[limit] = value;
      }
      server.listen(operationsPort, operationsHost);
      await once(server, 'listening');
      const { address, port, family } = server.address() as AddressInfo;
      return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    });
    // Before the app waits for what is in flight.
    app.addHook('preClose', async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
  },
  { name: 'operations-server', fastify: '5.x' },
);
