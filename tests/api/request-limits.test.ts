import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { type Problem, postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';

describe('what one request, or one connection, may be', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi({
      settings: { requestHeaderBytesMax: 4_096, requestsPerConnectionMax: 3, metadataBytesMax: 100 },
    });
  });
  after(async () => api[Symbol.asyncDispose]());

  const send = async (request: string): Promise<{ status: string; problem: Problem }> => {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.write(request);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    return { status: head.slice(0, head.indexOf('\r\n')), problem: JSON.parse(body) as Problem };
  };
  /** The code of the refusal of a part with these headers. */
  const postPart = async (...headers: string[]) => {
    const response = await fetch(`${api.url}/v1/studies`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: ['--x', ...headers, '', 'no image', '--x--', ''].join('\r\n'),
    });
    return (await problemOf(response)).code;
  };
  const tooLarge = 'HTTP/1.1 431 Request Header Fields Too Large';

  for (const [what, request] of [
    ['one long header', `GET /livez HTTP/1.1\r\nHost: t\r\nA: ${'a'.repeat(5_000)}\r\n\r\n`],
    ['many short headers', `GET /livez HTTP/1.1\r\nHost: t\r\n${'a: b\r\n'.repeat(1_000)}\r\n`],
    ['a long URL', `GET /livez?${'a'.repeat(5_000)} HTTP/1.1\r\nHost: t\r\n\r\n`],
  ] as const) {
    test(`${what} is refused before it is whole`, async () => {
      const { status, problem } = await send(request);
      assert.equal(status, tooLarge);
      assert.deepEqual([problem.status, problem.code], [431, 'INVALID_REQUEST']);
    });
  }

  test('a long part of a path leads nowhere', async () => {
    const response = await fetch(`${api.url}/v1/jobs/${'a'.repeat(1_000)}`);
    assert.ok([400, 404].includes(response.status), String(response.status));
    await response.arrayBuffer();
  });

  test('long metadata is refused, as a part and as a body', async () => {
    const long = JSON.stringify({ externalReference: 'a'.repeat(120) });
    const part = await postStudy(api.url, [
      ['t1w', volume()],
      ['metadata', long],
    ]);
    assert.deepEqual([part.status, (await problemOf(part)).code], [400, 'INVALID_METADATA']);
    const body = await fetch(`${api.url}/v1/studies`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: long,
    });
    assert.deepEqual([body.status, (await problemOf(body)).code], [400, 'INVALID_REQUEST']);
  });

  test('a part with longer headers than allowed is refused', async () => {
    const long = `A: ${'a'.repeat(20_000)}`;
    const named = 'Content-Disposition: form-data; name="t1w"; filename="a.nii"';
    assert.equal(await postPart(named), 'NOT_NIFTI');
    assert.equal(await postPart(long, named), 'INVALID_REQUEST');
  });

  test('a connection serves so many requests, and is closed with the last', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const connections: (string | undefined)[] = [];
    for (let n = 0; n < 3; n++) {
      const [response] = (await once(get(`${api.url}/livez`, { agent }), 'response')) as [IncomingMessage];
      await text(response);
      connections.push(response.headers.connection);
    }
    agent.destroy();
    assert.deepEqual(connections, ['keep-alive', 'keep-alive', 'close']);
  });
});

test('more connections than allowed are closed at once', async () => {
  await using api = await startApi({ settings: { connectionsMax: 2 } });
  const { hostname, port } = new URL(api.url);
  const opened = [connect(Number(port), hostname), connect(Number(port), hostname)];
  await Promise.all(opened.map(async (socket) => once(socket, 'connect')));
  const third = connect(Number(port), hostname).on('error', () => undefined);
  await once(third.resume(), 'close');
  assert.ok(opened.every((socket) => !socket.closed));
  for (const socket of opened) socket.destroy();
});
