import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { leakingNothing } from '../../../tests/helpers/leaks.ts';
import { startCountingProxy } from './counting-proxy.ts';

test(
  'requests are passed on as they are, and counted by kind',
  leakingNothing(async () => {
    const hosts = new Set<string | undefined>();
    const upstream = createServer((request, response) => {
      hosts.add(request.headers.host);
      request.resume().on('end', () => response.writeHead(201).end('answer'));
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    {
      await using proxy = await startCountingProxy(
        `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
      );
      const send = async (path: string, init: RequestInit = {}) =>
        fetch(proxy.endpoint + path, { headers: { connection: 'close' }, ...init });
      for (let n = 0; n < 2; n++)
        await (await send('/bucket/key', { method: 'PUT', body: 'x'.repeat(1_000) })).text();
      const answer = await send('/bucket/key');
      assert.deepEqual([answer.status, await answer.text()], [201, 'answer']);
      await (await send('/bucket?list-type=2&prefix=a')).text();
      await (await send('/bucket/key', { method: 'DELETE' })).text();

      assert.deepEqual(proxy.take(), {
        requests: { PUT: 2, GET: 1, LIST: 1, DELETE: 1 },
        bytesIn: 2_000,
        bytesOut: 5 * 'answer'.length,
      });
      assert.deepEqual(proxy.take(), { requests: {}, bytesIn: 0, bytesOut: 0 });
      assert.deepEqual([...hosts], [new URL(proxy.endpoint).host], 'what the client signed');
    }
    upstream.close();
    upstream.closeAllConnections();
  }),
);
