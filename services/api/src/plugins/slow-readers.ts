import plugin from 'fastify-plugin';

export interface SlowReadersOptions {
  /** Longest that a client may take to take a response, ms. */
  readonly responseMsMax: number;
}

/**
 * Cuts off who takes a response too slowly: behind each is an open file or a connection to the object store. (Who takes nothing at all the server's own time-out cuts off
 * sooner.) The response that closes early takes what it was read from with it.
 */
export const slowReaders = plugin<SlowReadersOptions>(
  async (app, { responseMsMax }) => {
    app.addHook('onSend', async (request, reply) => {
      // Nobody tells a second time that the client has gone: the timer would hold on to the request for nothing.
      if (reply.raw.closed) return;
      const timer = setTimeout(() => {
        request.log.warn({ route: request.routeOptions.url ?? 'none' }, 'a slow reader is cut off');
        reply.raw.destroy();
      }, responseMsMax).unref();
      reply.raw.once('close', () => clearTimeout(timer));
    });
  },
  { name: 'slow-readers', fastify: '5.x' },
);
