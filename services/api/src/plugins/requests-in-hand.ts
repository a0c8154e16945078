import type { Socket } from 'node:net';
import plugin from 'fastify-plugin';

export interface RequestsInHandOptions {
  /** Most of one connection that are answered at a time. */
  readonly requestsInHandMax: number;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts a request until its answer is closed. False: nobody is to answer it, for its connection has too many and is cut off. */
    takeInHand(request: FastifyRequest, reply: FastifyReply): boolean;
  }
}

/**
 * Cuts off a connection that has too many requests in hand. Node hands over at once all those that a client sends without waiting for answers, and holds the answers
 * back until those before them are taken: from a client that takes none they would pile up in memory, each with the file that it is read from. Register it before whatever looks
 * at a request.
 */
export const requestsInHand = plugin<RequestsInHandOptions>(
  async (app, { requestsInHandMax }) => {
    const counts = new WeakMap<Socket, number>();
    const add = (socket: Socket, change: number) => {
      const count = (counts.get(socket) ?? 0) + change;
      counts.set(socket, count);
      return count;
    };

    app.decorate('takeInHand', ({ raw: { socket }, log }, reply) => {
      // Node goes on with what it has read already.
      if (socket.destroyed) return false;
      reply.raw.once('close', () => add(socket, -1));
      if (add(socket, 1) <= requestsInHandMax) return true;
      log.warn({ requestsInHandMax }, 'a connection with too many requests in hand is cut off');
      socket.destroy();
      return false;
    });

    app.addHook('onRequest', async (request, reply) => {
      if (!app.takeInHand(request, reply)) reply.hijack();
    });
  },
  { name: 'requests-in-hand', fastify: '5.x' },
);
