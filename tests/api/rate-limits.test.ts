import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyStore } from '@hepastage/access';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { startApi } from './api-under-test.ts';
import { bearer, issueKey, known } from './credentials.ts';
import { problemOf } from './study-form.ts';

test('a tenant that sends too many requests is told when to go on; others are not held up', async () => {
  await using api = await startApi({ settings: { authentication: 'required', requestsPerMinute: 1_000 } });
  const { store, audit } = api.deps;
  const busy = await issueKey(api, 'busy', ['jobs:read']);
  const second = await issueKey(api, 'busy', ['jobs:read']);
  const calm = await issueKey(api, 'calm');
  await new PolicyStore(store, audit).put('busy', { requestsPerMinute: 5 });
  await known(api, calm.text);
  const get = async (text: string, path = '/v1/jobs') => fetch(api.url + path, { headers: bearer(text) });

  for (let n = 1; n <= 5; n++) {
    const response = await get(n % 2 === 0 ? busy.text : second.text);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('ratelimit-limit'), '5');
    assert.equal(response.headers.get('ratelimit-remaining'), String(5 - n));
    assert.match(response.headers.get('ratelimit-reset') ?? '', /^\d+$/);
  }
  const refused = await get(busy.text);
  assert.equal(refused.status, 429);
  const seconds = Number(refused.headers.get('retry-after'));
  assert.ok(seconds > 50 && seconds <= 60, `Retry-After: ${seconds}`);
  assert.equal(refused.headers.get('ratelimit-remaining'), '0');
  const { code, retryable } = await problemOf(refused);
  assert.deepEqual([code, retryable], ['RATE_LIMITED', true]);
  assert.equal((await get(calm.text)).status, 200);

  assert.equal((await get(busy.text, '/livez')).status, 200);
  assert.equal((await get(busy.text, '/openapi.json')).status, 200);
  const metrics = await issueKey(api, 'busy', ['metrics:read']);
  await known(api, metrics.text);
  assert.equal((await get(metrics.text, '/metrics')).status, 200);
});

test('replicas count together', async () => {
  await using redis = await startLocalRedis();
  const settings = { requestsPerMinute: 4 };
  await using one = await startApi({ redis, settings });
  await using other = await startApi({ redis, settings });
  const statuses: number[] = [];
  for (const { url } of [one, other, one, other, one, other]) {
    const response = await fetch(`${url}/v1/models`);
    await response.arrayBuffer();
    statuses.push(response.status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429]);
});

test('while Redis is away requests are not counted, and what does not need it is answered', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis, settings: { requestsPerMinute: 1 } });
  await redis.stop();
  for (let n = 0; n < 3; n++) assert.equal((await fetch(`${api.url}/v1/models`)).status, 200);
  const response = await fetch(`${api.url}/v1/jobs`);
  assert.equal((await problemOf(response)).code, 'QUEUE_UNAVAILABLE');
});
