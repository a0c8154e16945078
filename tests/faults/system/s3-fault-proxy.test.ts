import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { eventually } from '../../api/eventually.ts';
import { leakingNothing } from '../../helpers/leaks.ts';
import { type S3Fault, S3FaultProxy } from './s3-fault-proxy.ts';

const body = 'x'.repeat(100_000);

test(
  'each fault does what it says to whoever asks, and to the server behind',
  leakingNothing(async () => {
    await using upstream = await startUpstream();
    await using proxy = await S3FaultProxy.start(upstream.url, () => 0.5);
    const under = async (fault: S3Fault) => {
      upstream.received.length = 0;
      await proxy.set(fault);
      const answer = await exchange(proxy.endpoint);
      return { answer, received: [...upstream.received] };
    };
    const whole = { answer: `200 ${body.length}`, received: [body.length] };
    assert.deepEqual(await under({ kind: 'none' }), whole);
    assert.deepEqual(await under({ kind: 'error', share: 0.5 }), whole, 'a share hits no more than that');
    assert.match((await under({ kind: 'error', share: 0.6 })).answer, /^503 /);
    assert.deepEqual(upstream.received, [], 'nothing was done');
    assert.deepEqual(await under({ kind: 'refuse' }), { answer: 'ECONNREFUSED', received: [] });
    assert.deepEqual(await under({ kind: 'none' }), whole, 'it listens again');
    const lost = await under({ kind: 'lose-answers', share: 1 });
    assert.deepEqual(lost, { answer: 'UND_ERR_SOCKET', received: [body.length] });
    const answerCut = await under({ kind: 'cut-responses', share: 1 });
    assert.deepEqual(answerCut, { answer: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', received: [body.length] });
    assert.equal((await under({ kind: 'cut-requests', share: 1 })).answer, 'UND_ERR_SOCKET');
    await eventually(async () => upstream.received, ['cut off']);
    const begun = performance.now();
    assert.deepEqual(await under({ kind: 'slow', bytesPerSecond: 1_000_000 }), whole);
    assert.ok(performance.now() - begun > 150, 'a fifth of a second there and back');
  }),
);

test(
  'a request that hangs breaks once the fault is over',
  leakingNothing(async () => {
    await using upstream = await startUpstream();
    await using proxy = await S3FaultProxy.start(upstream.url, () => 0);
    await proxy.set({ kind: 'hang' });
    const hanging = exchange(proxy.endpoint);
    const early = await Promise.race([hanging, new Promise((resolve) => setTimeout(resolve, 100, 'hangs'))]);
    assert.equal(early, 'hangs');
    await proxy.set({ kind: 'none' });
    assert.equal(await hanging, 'UND_ERR_SOCKET');
  }),
);

/** Sends a large body and reads a large answer: `<status> <bytes>`, or the code that the connection broke with. */
async function exchange(url: string): Promise<string> {
  try {
    const response = await fetch(url, { method: 'PUT', body, headers: { connection: 'close' } });
    return `${response.status} ${(await response.text()).length}`;
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code ?? String(error);
  }
}

/** Answers with as large a body as it was sent, and notes its size, or that it was cut off. */
async function startUpstream() {
  const received: (number | 'cut off')[] = [];
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('close', () => {
      if (!request.complete) received.push('cut off');
    });
    request.on('end', () => {
      received.push(bytes);
      response.writeHead(200, { 'content-length': bytes }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
