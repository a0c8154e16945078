import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import { anonymous } from './principal.ts';
import { readLimits } from './read-limits.ts';

/** Knows everyone; whoever goes while it thinks is gone when it has thought. */
const patientAccess = plugin(
  async (app: FastifyInstance) => {
    app.decorateRequest('principal', null);
    app.addHook('onRequest', async (request, reply) => {
      if (request.headers['x-gone'] !== undefined) {
        request.raw.socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
        await once(reply.raw, 'close');
      }
      request.principal = anonymous;
    });
  },
  { name: 'access' },
);

test('a client that has gone before its read begins has none', async () => {
  await using app = Fastify();
  await app.register(patientAccess);
  await app.register(readLimits, { config: { readsPerTenantMax: 1 } });
  let handled = Promise.withResolvers<void>();
  app.get('/', { config: { scope: 'jobs:read', streams: true } }, async () => {
    handled.resolve();
    return 'read';
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  for (let n = 1; n <= 2; n++) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: test\r\nX-Gone: soon\r\n\r\n');
    await once(socket, 'data');
    handled = Promise.withResolvers<void>();
    socket.destroy();
    await handled.promise;
    assert.equal((await fetch(url)).status, 200);
  }
});
