import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiUnderTest, startApi } from './api-under-test.ts';

const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  },
});

describe('what a browser is told', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi();
  });
  after(async () => api[Symbol.asyncDispose]());

  for (const path of ['/livez', '/v1/models', '/absent', '/openapi.json', '/v1/jobs/none']) {
    test(`${path} is no page, and nobody’s frame`, async () => {
      const { headers } = await fetch(api.url + path);
      assert.equal(
        headers.get('content-security-policy'),
        "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      );
      // Once: two would be joined by a comma.
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('x-frame-options'), 'DENY');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
      for (const name of ['x-powered-by', 'server', 'strict-transport-security'])
        assert.ok(!headers.has(name), name);
    });
  }

  test('/docs may run its own scripts and no others, over plain HTTP as well', async () => {
    const page = await fetch(`${api.url}/docs/`);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'/);
    assert.match(policy, /script-src 'self' /);
    assert.doesNotMatch(policy, /unsafe|'none';base-uri|upgrade-insecure-requests|frame-ancestors 'self'/);
    const scripts = [...(await page.text()).matchAll(/<script[^>]* src="([^"]+)"/g)].map(
      ([, source]) => source,
    );
    assert.ok(scripts.length > 0);
    for (const source of scripts) {
      const script = await fetch(new URL(source!, page.url));
      assert.equal(script.status, 200, source);
      assert.match(script.headers.get('content-type') ?? '', /javascript/);
    }
  });

  test('no page of another origin may call the API', async () => {
    const asked = await fetch(`${api.url}/v1/studies`, preflight('https://viewer.example'));
    assert.equal(asked.status, 405);
    const read = await fetch(`${api.url}/v1/models`, { headers: { origin: 'https://viewer.example' } });
    for (const { headers } of [asked, read]) {
      assert.deepEqual(
        [...headers.keys()].filter((name) => name.startsWith('access-control')),
        [],
      );
    }
  });
});

describe('with origins that may call the API', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi({ settings: { corsOrigins: ['https://viewer.example', 'http://localhost:3000'] } });
  });
  after(async () => api[Symbol.asyncDispose]());

  for (const origin of ['https://viewer.example', 'http://localhost:3000']) {
    test(`${origin} may, without cookies`, async () => {
      const asked = await fetch(`${api.url}/v1/studies`, preflight(origin));
      assert.equal(asked.status, 204);
      assert.equal(asked.headers.get('access-control-allow-origin'), origin);
      assert.match(asked.headers.get('access-control-allow-methods') ?? '', /\bPOST\b.*\bDELETE\b/);
      assert.match(
        asked.headers.get('access-control-allow-headers') ?? '',
        /\bAuthorization\b.*\bIdempotency-Key\b/,
      );
      const read = await fetch(`${api.url}/v1/models`, { headers: { origin } });
      assert.equal(read.headers.get('access-control-allow-origin'), origin);
      assert.match(read.headers.get('vary') ?? '', /origin/i);
      const exposed = read.headers.get('access-control-expose-headers') ?? '';
      for (const name of ['Location', 'ETag', 'Retry-After', 'RateLimit-Remaining'])
        assert.ok(exposed.includes(name), name);
      for (const { headers } of [asked, read]) assert.ok(!headers.has('access-control-allow-credentials'));
    });
  }

  for (const origin of [
    'http://viewer.example',
    'https://viewer.example:8443',
    'https://viewer.example.evil.example',
    'https://sub.viewer.example',
    'https://evilviewer.example',
    'http://localhost:30001',
    'null',
  ]) {
    test(`${origin} may not`, async () => {
      const asked = await fetch(`${api.url}/v1/studies`, preflight(origin));
      const read = await fetch(`${api.url}/v1/models`, { headers: { origin } });
      for (const { headers } of [asked, read]) assert.equal(headers.get('access-control-allow-origin'), null);
    });
  }
});
