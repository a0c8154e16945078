import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { leakingNothing } from '../helpers/leaks.ts';
import { startApi } from './api-under-test.ts';
import { bearer, issueKey, known } from './credentials.ts';
import { eventually } from './eventually.ts';
import { problemOf } from './study-form.ts';

const behindPort = { docsAccess: 'port', metricsAccess: 'port', operationsPort: 0 } as const;
const operators = ['/metrics', '/docs', '/docs/', '/docs/static/index.html', '/openapi.json'];

async function statusOf(
  url: string | undefined,
  path: string,
  headers = {},
  method = 'GET',
): Promise<number> {
  const response = await fetch(url! + path, { headers, method });
  await response.arrayBuffer();
  return response.status;
}

test('what is put behind the operations port is there alone, and nothing else is', async () => {
  await using api = await startApi({ settings: { ...behindPort, authentication: 'required' } });
  const { text: key } = await issueKey(api, 'hospital-a');
  await known(api, key);
  for (const path of operators) {
    assert.equal(await statusOf(api.operationsUrl, path), 200, path);
    assert.equal(await statusOf(api.url, path, bearer(key)), 404, path);
    assert.equal(await statusOf(api.url, path, bearer(key), 'HEAD'), 404, path);
  }
  for (const path of ['/livez', '/readyz']) {
    assert.equal(await statusOf(api.operationsUrl, path), 200);
    assert.equal(await statusOf(api.url, path), 200);
  }
  for (const path of ['/v1/jobs', '/v1/models', '/absent']) {
    const response = await fetch(api.operationsUrl + path, { headers: bearer(key) });
    assert.equal((await problemOf(response)).code, 'ROUTE_NOT_FOUND');
  }
  assert.equal(await statusOf(api.operationsUrl, '/v1/studies', bearer(key), 'POST'), 404);
});

test('without authentication, too, studies are not at the operations port', async () => {
  await using api = await startApi({ settings: behindPort });
  assert.equal(await statusOf(api.url, '/v1/jobs'), 200);
  assert.equal(await statusOf(api.operationsUrl, '/v1/jobs'), 404);
  assert.equal(await statusOf(api.url, '/metrics'), 404);
});

test('what is open is not at the operations port', async () => {
  await using api = await startApi({ settings: { operationsPort: 0 } });
  for (const path of operators) {
    assert.equal(await statusOf(api.url, path), 200, path);
    assert.equal(await statusOf(api.operationsUrl, path), 404, path);
  }
});

test('a scope guards documents and metrics', async () => {
  await using api = await startApi({ settings: { authentication: 'required', docsAccess: 'scope' } });
  assert.equal(api.operationsUrl, undefined);
  const reader = await issueKey(api, 'hospital-a', ['jobs:read', 'metrics:read']);
  const admin = await issueKey(api, 'hospital-a', ['admin']);
  await known(api, admin.text);
  for (const path of operators) {
    assert.equal(await statusOf(api.url, path), 401, path);
    assert.equal(await statusOf(api.url, path, bearer(reader.text)), path === '/metrics' ? 200 : 403, path);
    assert.equal(await statusOf(api.url, path, bearer(admin.text)), 200, path);
  }
});

test('a client that takes too long over its headers is cut off there as well', async () => {
  await using api = await startApi({ settings: { ...behindPort, headersMsMax: 300 } });
  const socket = connect(Number(new URL(api.operationsUrl!).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET /metrics HTTP/1.1\r\n');
  const begun = performance.now();
  assert.match(await text(socket), /^HTTP\/1\.1 408 /);
  assert.ok(performance.now() - begun < 5_000);
});

test(
  'it is closed with the app, whoever is still connected',
  leakingNothing(async () => {
    const api = await startApi({ settings: behindPort });
    const socket = connect(Number(new URL(api.operationsUrl!).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /livez HTTP/1.1\r\nHost: test\r\n\r\n');
    await once(socket, 'data');
    await api[Symbol.asyncDispose]();
    await eventually(async () => socket.closed, true);
    socket.destroy();
  }),
);
