import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import Fastify, { type FastifyReply } from 'fastify';
import { clientGone } from './client-gone.ts';

test('the signal aborts for a client that leaves, and not for one that stays', async () => {
  const app = Fastify();
  const replies: { signal: AbortSignal; reply: FastifyReply }[] = [];
  const arrived = Promise.withResolvers<void>();
  app.get('/left', (_request, reply) => {
    replies.push({ signal: clientGone(reply), reply });
    arrived.resolve();
  });
  app.get('/stayed', async (_request, reply) => {
    replies.push({ signal: clientGone(reply), reply });
    return 'answer';
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    assert.equal(await text((await fetch(`${url}/stayed`)).body!), 'answer');
    const leaving = get(`${url}/left`).on('error', () => undefined);
    await arrived.promise;
    const [stayed, left] = replies;
    const aborted = once(left!.signal, 'abort');
    leaving.destroy();
    await aborted;
    assert.equal(stayed!.signal.aborted, false);
  } finally {
    await app.close();
  }
});
