import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

let api: ApiUnderTest;
before(async () => {
  api = await startApi();
});
after(async () => api[Symbol.asyncDispose]());

async function answerTo(lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.write([...lines, 'connection: close', '', ''].join('\r\n'));
  return text(socket);
}

test('a request that does not say which host it is for is refused with words', async () => {
  const answer = await answerTo(['GET /v1/jobs HTTP/1.1']);
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.match(answer, /"code":"INVALID_REQUEST".*which host it is for/s);
  assert.match(await answerTo(['GET /v1/jobs HTTP/1.0']), /^HTTP\/1\.1 200 /);
});

test('an expectation that nobody knows is passed over', async () => {
  const answer = await answerTo(['GET /v1/jobs HTTP/1.1', 'host: here', 'expect: miracles']);
  assert.match(answer, /^HTTP\/1\.1 200 /);
});
