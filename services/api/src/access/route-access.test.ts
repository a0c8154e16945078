import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessOfRoute } from './route-access.ts';

const docs = { docsAccess: 'port', authentication: 'required' } as const;

test('a route that declares nothing is not registered', () => {
  for (const [method, url] of [
    ['GET', '/v1/secrets'],
    ['GET', '/docsecrets'],
    ['OPTIONS', '*'],
  ] as const) {
    assert.throws(() => accessOfRoute({ method, url }, docs), /does not declare a scope/);
  }
});

test('a route is what it declares; those of the documents’ library are as the documents are', () => {
  const config = { scope: 'jobs:read' } as const;
  assert.deepEqual(accessOfRoute({ method: 'GET', url: '/v1/jobs', config }, docs), config);
  for (const url of ['/docs', '/docs/', '/docs/static/*'])
    assert.deepEqual(accessOfRoute({ method: 'GET', url }, docs), { scope: 'admin', exposure: 'port' });
});

test('the queues’ page is for operators: never open, and behind the port where metrics are', () => {
  const route = { method: 'GET', url: '/ops/queues/static/*' };
  const exposureOf = (metricsAccess?: 'open' | 'scope' | 'port') =>
    accessOfRoute(route, { ...docs, ...(metricsAccess && { metricsAccess }) });
  const guarded = { scope: 'operator', exposure: 'scope', takesBasic: true };
  for (const access of ['open', 'scope', undefined] as const)
    assert.deepEqual(exposureOf(access), guarded, access);
  assert.deepEqual(exposureOf('port'), { ...guarded, exposure: 'port' });
  assert.throws(() => accessOfRoute({ method: 'GET', url: '/ops/queuesx' }, docs), /does not declare/);
});
