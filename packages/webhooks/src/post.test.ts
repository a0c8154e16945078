import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { leakingNothing } from '../../../tests/helpers/leaks.ts';
import { post } from './post.ts';
import { TargetGuard } from './target-guard.ts';
import { startReceiver } from './testing/receiver.ts';

const onLoopback = new TargetGuard(['127.0.0.1']);
const sent = { headers: { 'webhook-id': 'msg_1' }, body: '{"é":1}', signal: new AbortController().signal };

test(
  'a target gets the body as it was signed',
  leakingNothing(async () => {
    await using receiver = await startReceiver();
    const { status } = await post(new URL(`${receiver.url}?a=b`), { ...sent, guard: onLoopback });
    assert.equal(status, 200);
    const [{ method, path, headers, body }] = receiver.received as [(typeof receiver.received)[0]];
    assert.deepEqual([method, path, body], ['POST', '/hook?a=b', sent.body]);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['webhook-id'], 'msg_1');
    assert.equal(headers['content-length'], String(Buffer.byteLength(sent.body)));
  }),
);

test(
  'a redirect is an answer like another, and leads nowhere',
  leakingNothing(async () => {
    await using inside = await startReceiver();
    await using receiver = await startReceiver((response) =>
      response.writeHead(307, { location: inside.url }).end(),
    );
    const { status } = await post(new URL(receiver.url), { ...sent, guard: onLoopback });
    assert.equal(status, 307);
    assert.deepEqual(inside.received, []);
  }),
);

test(
  'the address that was checked is the one that is called, and each connection is checked',
  leakingNothing(async () => {
    await using receiver = await startReceiver();
    let lookups = 0;
    const guard = new TargetGuard(['127.0.0.1'], async () => {
      lookups++;
      // At first where it may be called, then where it may not: the other end of loopback.
      return [{ address: lookups === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    });
    const url = new URL(`http://rebound.example:${receiver.port}/hook`);
    assert.equal((await post(url, { ...sent, guard })).status, 200);
    assert.equal(lookups, 1);
    assert.equal(receiver.received[0]?.headers.host, `rebound.example:${receiver.port}`);
    await assert.rejects(post(url, { ...sent, guard }), { codeName: 'INVALID_WEBHOOK' });
    assert.equal(lookups, 2);
    assert.equal(receiver.received.length, 1);
  }),
);

test(
  'a name that leads to this machine is not called',
  leakingNothing(async () => {
    await using receiver = await startReceiver();
    const url = new TargetGuard([]).check(`https://localhost:${receiver.port}/hook`);
    await assert.rejects(post(url, { ...sent, guard: new TargetGuard([]) }), { codeName: 'INVALID_WEBHOOK' });
    assert.deepEqual(receiver.received, []);
  }),
);

test(
  'an answer that does not end is read for a while, and no longer',
  leakingNothing(async () => {
    await using receiver = await startReceiver((response) => {
      const chunk = Buffer.alloc(16 * 1024);
      const goOn = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', goOn);
      goOn();
    });
    assert.equal((await post(new URL(receiver.url), { ...sent, guard: onLoopback })).status, 200);
  }),
);

test(
  'a target that says nothing, or not all, holds nobody up',
  leakingNothing(async () => {
    await using silent = await startReceiver(() => undefined);
    const signal = AbortSignal.timeout(50);
    await assert.rejects(post(new URL(silent.url), { ...sent, signal, guard: onLoopback }));
    assert.ok(signal.aborted);
    await using slow = await startReceiver((response) => void response.write('one byte'));
    const answer = await post(new URL(slow.url), {
      ...sent,
      signal: AbortSignal.timeout(200),
      guard: onLoopback,
    });
    assert.equal(answer.status, 200);
  }),
);

test(
  'a target that changes the protocol has not taken the notice, and keeps no connection',
  leakingNothing(async () => {
    await using target = await startRawTarget(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nand more',
    );
    assert.equal((await post(target.url, { ...sent, guard: onLoopback })).status, 101);
    await target.closed;
  }),
);

const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\n';
for (const { name, said, outcome } of [
  { name: 'nothing', said: '', outcome: 'ABORT_ERR' },
  { name: 'half a head', said: 'HTTP/1.1 200 OK\r\ncontent-', outcome: 'ABORT_ERR' },
  { name: 'to go on', said: 'HTTP/1.1 100 Continue\r\n\r\n', outcome: 'ABORT_ERR' },
  { name: 'hints', said: `HTTP/1.1 103 Early Hints\r\n${upgrade}\r\n`, outcome: 'ABORT_ERR' },
  { name: '101, and to what not', said: 'HTTP/1.1 101 Switching Protocols\r\n\r\n', outcome: 101 },
  { name: '101 after 100', said: `HTTP/1.1 100\r\n\r\nHTTP/1.1 101\r\n${upgrade}\r\n`, outcome: 101 },
  { name: '200, and to what', said: `HTTP/1.1 200 OK\r\n${upgrade}content-length: 0\r\n\r\n`, outcome: 200 },
  { name: 'what is no HTTP', said: 'SSH-2.0-OpenSSH\r\n', outcome: 'HPE_INVALID_CONSTANT' },
]) {
  test(
    `a target that says ${name} holds nobody up`,
    leakingNothing(async () => {
      await using target = await startRawTarget(said);
      const signal = AbortSignal.timeout(200);
      const told = post(target.url, { ...sent, signal, guard: onLoopback }).then(
        ({ status }) => status,
        ({ code }: { code: unknown }) => code,
      );
      assert.equal(await told, outcome);
      await target.closed;
    }),
  );
}

test('no proxy of the environment is used', async () => {
  await using receiver = await startReceiver();
  await using proxy = await startReceiver();
  const script = `
    const { once } = await import('node:events');
    const { get } = await import('node:http');
    const { post } = await import(${JSON.stringify(new URL('post.ts', import.meta.url).href)});
    const { TargetGuard } = await import(${JSON.stringify(new URL('target-guard.ts', import.meta.url).href)});
    const guard = new TargetGuard(['127.0.0.1']);
    const { signal } = new AbortController();
    const { status } = await post(new URL('${receiver.url}'), { headers: {}, body: '{}', guard, signal });
    // Who does use it shows that it is there.
    const [answer] = await once(get('http://elsewhere.example/'), 'response');
    answer.resume();
    console.log(status);`;
  const origin = `http://127.0.0.1:${proxy.port}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: {
      ...process.env,
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: origin,
      http_proxy: origin,
      HTTPS_PROXY: origin,
      NO_PROXY: '',
      no_proxy: '',
    },
    timeout: 20_000,
  });
  assert.equal(stdout.trim(), '200');
  assert.equal(receiver.received.length, 1);
  assert.deepEqual(
    proxy.received.map(({ path, headers }) => [path, headers.host]),
    [['http://elsewhere.example/', 'elsewhere.example']],
  );
});

/** A target on loopback that says `bytes`, whatever it hears, and then nothing. `closed`: once its first connection is. */
async function startRawTarget(bytes: string) {
  const connected = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    socket.once('data', () => socket.write(bytes));
    connected.resolve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`),
    closed: connected.promise.then(async (socket) => socket.closed || once(socket, 'close')),
    [Symbol.asyncDispose]: async () => {
      (await connected.promise).destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
