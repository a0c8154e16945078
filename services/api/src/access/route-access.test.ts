import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessOfRoute } from './route-access.ts';

const docs = { docsAccess: 'port' } as const;

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
