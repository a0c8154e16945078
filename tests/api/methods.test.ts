import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import type { Problem } from './study-form.ts';

describe('a method that a path does not have', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi({ settings: { metricsAccess: 'port', operationsPort: 0 } });
  });
  after(async () => api[Symbol.asyncDispose]());

  /** fetch knows fewer methods than HTTP has. */
  const ask = async (method: string, path: string, base = api.url) => {
    const sent = request(`${base}${path}`, { method, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const { code } = JSON.parse(await text(response)) as Problem;
    return [response.statusCode, response.headers.allow, code];
  };

  for (const [method, path, allowed] of [
    ['GET', '/v1/studies', 'POST'],
    ['TRACE', '/v1/jobs?limit=1', 'GET, HEAD'],
    ['QUERY', '/v1/jobs/some-job', 'DELETE, GET, HEAD'],
    ['POST', '/v1/jobs/some-job/artefacts/a.png', 'GET, HEAD'],
    ['PUT', '/dicomweb/studies/1.2.3', 'POST'],
  ] as const) {
    test(`${method} ${path} is told those that it has`, async () => {
      assert.deepEqual(await ask(method, path), [405, allowed, 'METHOD_NOT_ALLOWED']);
    });
  }

  test('a path that is not there has none, whatever the method', async () => {
    for (const method of ['GET', 'POST', 'QUERY', 'TRACE']) {
      assert.deepEqual(await ask(method, '/absent'), [404, undefined, 'ROUTE_NOT_FOUND']);
    }
  });

  test('nor has one that is at the other port alone', async () => {
    assert.deepEqual(await ask('DELETE', '/metrics'), [404, undefined, 'ROUTE_NOT_FOUND']);
    const operations = api.operationsUrl!;
    assert.deepEqual(await ask('DELETE', '/metrics', operations), [405, 'GET, HEAD', 'METHOD_NOT_ALLOWED']);
    assert.deepEqual(await ask('DELETE', '/v1/models', operations), [404, undefined, 'ROUTE_NOT_FOUND']);
  });

  test('text is no integer unless it is one', async () => {
    for (const limit of ['true', '1.5', '1e1', ' 1', '', 'one']) {
      const response = await fetch(`${api.url}/v1/jobs?limit=${encodeURIComponent(limit)}`);
      const { code, where } = (await response.json()) as Problem;
      assert.deepEqual(
        [response.status, code, where],
        [400, 'INVALID_REQUEST', 'query parameter limit'],
        limit,
      );
    }
    assert.equal((await fetch(`${api.url}/v1/jobs?limit=1`)).status, 200);
  });
});
