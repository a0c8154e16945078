import type { FastifyReply } from 'fastify';
import plugin from 'fastify-plugin';
import type { Lifecycle } from '../lifecycle.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Closes all connections, and says which requests are cut off by that. */
    cutOff(): void;
  }
}

/** While the service stops, every answer ends its connection: one that is kept alive would hold the end up until its time-out. */
export const closing = plugin<{ readonly lifecycle: Lifecycle }>(
  async (app, { lifecycle }) => {
    const inHand = new Set<FastifyReply>();

    app.addHook('onRequest', async (_request, reply) => {
      // Nobody tells a second time that the client has gone.
      if (reply.raw.closed) return;
      inHand.add(reply);
      reply.raw.once('close', () => inHand.delete(reply));
    });

    app.addHook('onSend', async (_request, reply) => {
      if (lifecycle.stopping.aborted) reply.header('connection', 'close');
    });

    app.decorate('cutOff', () => {
      for (const { request, raw } of inHand) {
        const { method, routeOptions } = request;
        // Without a line of its own: that is written when an answer has been sent.
        request.log.warn({ method, route: routeOptions.url ?? 'none', answered: raw.headersSent }, 'cut off');
      }
      app.server.closeAllConnections();
    });
  },
  { name: 'closing', fastify: '5.x' },
);
