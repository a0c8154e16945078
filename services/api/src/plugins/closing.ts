import plugin from 'fastify-plugin';
import type { Lifecycle } from '../lifecycle.ts';

/** While the service stops, every answer ends its connection: one that is kept alive would hold the end up until its time-out. */
export const closing = plugin<{ readonly lifecycle: Lifecycle }>(
  async (app, { lifecycle }) => {
    app.addHook('onSend', async (_request, reply) => {
      if (lifecycle.stopping.aborted) reply.header('connection', 'close');
    });
  },
  { name: 'closing', fastify: '5.x' },
);
