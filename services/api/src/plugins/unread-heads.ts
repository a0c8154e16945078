import { Readable } from 'node:stream';
import plugin from 'fastify-plugin';

/** A HEAD is answered from what is known of an object: Fastify would read it to its end all the same, long after the answer has gone and its place among the reads is free. */
export const unreadHeads = plugin(
  async (app) => {
    app.addHook('onSend', async (request, _reply, payload) => {
      if (request.method !== 'HEAD' || !(payload instanceof Readable)) return payload;
      payload.destroy();
      return Readable.from([]);
    });
  },
  { name: 'unread-heads', fastify: '5.x' },
);
