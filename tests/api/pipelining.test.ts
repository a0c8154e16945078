import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { makeAuthority } from '../helpers/certificates.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { eventually } from './eventually.ts';
import { submit } from './worker-stand-in.ts';

const requestsInHandMax = 4;
/** Requests that are sent at once: less than Node reads at once. */
const many = 500;

/** As it goes over the wire. */
const request = (path: string, ...headers: string[]) =>
  ['GET', path, 'HTTP/1.1\r\n'].join(' ') + ['Host: test', ...headers, '', ''].join('\r\n');

async function open(url: string | undefined, ca?: string): Promise<Socket> {
  const { hostname: host, port } = new URL(url!);
  const to = { host, port: Number(port) };
  const socket = ca === undefined ? connect(to) : connectTls({ ...to, ca });
  // Whoever is cut off while it sends sees a reset.
  socket.on('error', () => undefined);
  await once(socket, ca === undefined ? 'connect' : 'secureConnect');
  return socket;
}

/** The responses of every server of this process, from now on. */
function watchResponses() {
  const responses: ServerResponse[] = [];
  const collect = (message: unknown) => responses.push((message as { response: ServerResponse }).response);
  subscribe('http.server.request.start', collect);
  return { responses, [Symbol.dispose]: () => unsubscribe('http.server.request.start', collect) };
}

/** Sends a request many times before it takes an answer: the connection ends, and no more of them were answered than may be in hand. */
async function assertCutOff(socket: Socket, sent: string): Promise<void> {
  using watch = watchResponses();
  const { responses } = watch;
  socket.pause();
  socket.write(sent.repeat(many));
  await eventually(async () => responses.length > 0 && responses.every(({ closed }) => closed), true);
  socket.resume();
  await eventually(async () => socket.closed, true);
  const answered = responses.filter(({ headersSent }) => headersSent).length;
  assert.ok(responses.length > requestsInHandMax, 'Node hands over what it has read');
  assert.ok(answered <= requestsInHandMax, `${answered} were answered`);
}

describe('requests that are sent before the answers to those before them', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi({ settings: { requestsInHandMax } });
  });
  after(async () => api[Symbol.asyncDispose]());

  test('are answered in order, and make place for others', async () => {
    const job = `/v1/jobs/${await submit(api)}`;
    const current = await fetch(api.url + job);
    await current.arrayBuffer();
    const tag = `If-None-Match: ${current.headers.get('etag')}`;
    const ids = Array.from({ length: 2 * requestsInHandMax }, (_, n) => `r${n}`);
    const socket = await open(api.url);
    let answers = '';
    socket.setEncoding('utf8').on('data', (answer: string) => (answers += answer));
    for (const half of [ids.slice(0, requestsInHandMax), ids.slice(requestsInHandMax)]) {
      const [first, ...rest] = half.map((id) => `X-Request-Id: ${id}`);
      // The first is ready last.
      const requests = [
        request(job, first!, tag, 'Prefer: wait=1'),
        ...rest.map((id) => request('/livez', id)),
      ];
      socket.write(requests.join(''));
      await eventually(async () => answers.includes(`x-request-id: ${half.at(-1)}`), true);
    }
    socket.destroy();
    assert.deepEqual(
      [...answers.matchAll(/^x-request-id: (.*)\r$/gm)].map(([, id]) => id),
      ids,
    );
    assert.deepEqual(
      [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status)),
      ids.map((_, n) => (n % requestsInHandMax === 0 ? 304 : 200)),
    );
  });

  for (const [what, sent] of [
    ['the OpenAPI document', request('/openapi.json')],
    ['a file', request('/docs/static/swagger-ui-bundle.js')],
    ['what is not there', request('/absent')],
    ['a URL that can’t be decoded', request('/%zz')],
    ['a method that no route has', request('/livez').replace('GET', 'PROPFIND')],
    ['what names no host', request('/livez').replace('Host', 'Name')],
    ['what expects to be told to go on', request('/livez', 'Expect: 100-continue')],
    ['what expects something else', request('/livez', 'Expect: miracles')],
  ] as const) {
    test(`end their connection if they are too many: ${what}`, async () => {
      await assertCutOff(await open(api.url), sent);
    });
  }

  test('end no other connection', async () => {
    const other = await open(api.url);
    await assertCutOff(await open(api.url), request('/livez'));
    other.write(request('/livez', 'Connection: close'));
    assert.match(await text(other), /^HTTP\/1\.1 200 /);
  });
});

test('a client that waits for its answers is never cut off', async () => {
  await using api = await startApi({ settings: { requestsInHandMax: 2 } });
  let connections = 0;
  api.app.server.on('connection', () => (connections += 1));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let n = 0; n < 1_000; n++) {
    const [response] = (await once(get(`${api.url}/livez`, { agent }), 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 200);
    await text(response);
  }
  agent.destroy();
  assert.equal(connections, 1);
});

test('the bound holds over TLS', async () => {
  await using directory = await temporaryDirectory('pipelining');
  const authority = await makeAuthority(directory.path);
  const { certFile: tlsCertFile, keyFile: tlsKeyFile } = await authority.issue('server');
  await using api = await startApi({ settings: { requestsInHandMax, tlsCertFile, tlsKeyFile } });
  await assertCutOff(await open(api.url, authority.ca), request('/livez'));
});

test('the bound holds at the operations port', async () => {
  await using api = await startApi({ settings: { requestsInHandMax, operationsPort: 0 } });
  await assertCutOff(await open(api.operationsUrl), request('/livez'));
});
