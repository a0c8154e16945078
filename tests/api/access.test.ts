import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { ApiKeyStore, type Scope, scopes } from '@hepastage/access';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type ApiUnderTest, noTraces, startApi } from './api-under-test.ts';
import { bearer, issueKey, known } from './credentials.ts';
import { eventually } from './eventually.ts';
import { RawUpload } from './raw-upload.ts';
import { postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';

const realm = 'Bearer realm="hepastage"';
const id = '01234567-89ab-cdef-0123-456789abcdef';

interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly securitySchemes: Record<string, { readonly scheme: string }> };
}

interface Operation {
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly responses: Record<string, { readonly headers: object }>;
}

describe('where authentication is required', () => {
  let api: ApiUnderTest;
  /** Keys with one scope, and with all but one and admin. */
  const only = new Map<Scope, string>();
  const lacking = new Map<Scope, string>();
  before(async () => {
    api = await startApi({
      settings: { authentication: 'required', keysRefreshSeconds: 1, lingerMsMax: 1_000 },
    });
    for (const scope of scopes) {
      only.set(scope, (await issueKey(api, 'hospital-a', [scope])).text);
      const others = scopes.filter((other) => other !== scope && other !== 'admin');
      lacking.set(scope, (await issueKey(api, 'hospital-a', others)).text);
    }
    await known(api, lacking.get('admin')!);
  });
  after(async () => api[Symbol.asyncDispose]());

  const get = async (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    fetch(api.url + path, { headers, method });

  test('a request without credentials is told to bring some, and of no error', async () => {
    for (const authorization of [undefined, 'Basic dXNlcjpwYXNz', 'Bearer', 'Bearer two words']) {
      const response = await get('/v1/jobs', authorization === undefined ? {} : { authorization });
      assert.equal(response.status, 401);
      assert.equal(response.headers.get('www-authenticate'), realm);
      assert.equal((await problemOf(response)).code, 'UNAUTHENTICATED');
    }
  });

  test('whatever is wrong with credentials, the answer is the same', async () => {
    const right = await issueKey(api, 'hospital-a');
    const revoked = await issueKey(api, 'hospital-a');
    const expired = await issueKey(api, 'hospital-a', ['jobs:read'], new Date(Date.now() - 1));
    await new ApiKeyStore(api.deps.store, api.deps.audit).revoke(revoked.keyId);
    await known(api, right.text);
    const wrongSecret = right.text.slice(0, -2) + (right.text.endsWith('AA') ? 'BB' : 'AA');
    const wrong = [
      wrongSecret,
      revoked.text,
      expired.text,
      'hep_x',
      `hep_${'0'.repeat(16)}_${'A'.repeat(43)}`,
      'eyJhbGciOiJub25lIn0.e30.',
      'token',
    ];
    const answers = await Promise.all(
      wrong.map(async (text) => {
        const response = await get('/v1/jobs', bearer(text));
        const { instance: _instance, ...problem } = await problemOf(response);
        return [response.status, response.headers.get('www-authenticate'), JSON.stringify(problem)];
      }),
    );
    assert.equal(answers[0]![0], 401);
    assert.equal(answers[0]![1], `${realm}, error="invalid_token"`);
    assert.equal(new Set(answers.map((answer) => answer.join())).size, 1);
    assert.equal((await get('/v1/jobs', bearer(right.text))).status, 200);
  });

  const needs: readonly (readonly [method: string, path: string, scope: Scope])[] = [
    ['GET', '/v1/jobs', 'jobs:read'],
    ['GET', `/v1/jobs/${id}`, 'jobs:read'],
    ['GET', `/v1/jobs/${id}/result`, 'jobs:read'],
    ['GET', `/v1/jobs/${id}/artefacts/a.png`, 'jobs:read'],
    ['DELETE', `/v1/jobs/${id}`, 'jobs:delete'],
    ['GET', '/v1/models', 'models:read'],
    ['GET', '/metrics', 'metrics:read'],
    ['POST', '/v1/studies', 'studies:write'],
    ['POST', '/dicomweb/studies', 'studies:write'],
  ];
  for (const [method, path, scope] of needs) {
    test(`${method} ${path} takes ${scope}, or admin`, async () => {
      const refused = await get(path, bearer(lacking.get(scope)!), method);
      assert.equal(refused.status, 403);
      assert.equal(
        refused.headers.get('www-authenticate'),
        `${realm}, error="insufficient_scope", scope="${scope}"`,
      );
      assert.equal((await problemOf(refused)).code, 'FORBIDDEN');
      for (const granted of [scope, 'admin'] as const) {
        const { status } = await get(path, bearer(only.get(granted)!), method);
        assert.ok(status !== 401 && status !== 403, `${granted}: ${status}`);
      }
    });
  }

  test('the OpenAPI document says the same, and how a request is refused', async () => {
    const { paths, components } = (await (await get('/openapi.json')).json()) as OpenApi;
    assert.equal(components.securitySchemes['bearer']?.scheme, 'bearer');
    for (const [method, path, scope] of needs) {
      const pattern = path.replace(id, '{id}').replace('a.png', '{name}');
      const { security, responses } = paths[pattern]![method.toLowerCase()]!;
      assert.deepEqual(security, [{ bearer: [scope] }]);
      const refusals = path === '/metrics' ? ['401', '403'] : ['401', '403', '429'];
      for (const status of refusals) assert.ok(status in responses, `${method} ${pattern}: ${status}`);
      for (const status of ['429', '503'].filter((passing) => passing in responses))
        assert.ok('Retry-After' in responses[status]!.headers);
    }
    for (const path of ['/livez', '/readyz']) assert.equal(paths[path]!['get']!.security, undefined);
  });

  test('no other way of writing a route leads past its guard', async () => {
    const paths = [
      '/v1/jobs',
      '/v1/jobs/',
      '//v1/jobs',
      '/V1/jobs',
      '/v1/%6Aobs',
      '/v1/./jobs',
      '/v1/jobs?limit=1',
    ];
    for (const path of paths) {
      for (const method of ['GET', 'HEAD']) {
        const { status } = await get(path, {}, method);
        assert.ok(status === 401 || status === 404, `${method} ${path}: ${status}`);
      }
    }
    assert.equal((await get('/v1/jobs', {}, 'HEAD')).status, 401);
    const overridden = await get('/livez', {
      'x-http-method-override': 'DELETE',
      'x-original-url': '/v1/jobs',
    });
    assert.deepEqual(await overridden.json(), { status: 'live' });
  });

  test('probes and, unless they are put behind something, the documents ask for nothing', async () => {
    for (const path of ['/livez', '/readyz', '/openapi.json', '/docs'])
      assert.equal((await get(path)).status, 200, path);
    assert.equal((await get('/absent')).status, 404);
  });

  test('a study is refused before it is read, and its client sees why', async () => {
    const junk = new Uint8Array(3_000_000);
    for (let n = 0; n < 5; n++) {
      const response = await postStudy(api.url, [['t1w', junk]]);
      assert.equal((await problemOf(response)).code, 'UNAUTHENTICATED');
    }
    const upload = await RawUpload.begin(api.url, 't1w', 2_000_000);
    assert.match(await upload.response(), /^HTTP\/1\.1 401 /);
    const { objects, ...rest } = await api.traces();
    const { objects: _objects, ...none } = noTraces;
    assert.deepEqual(rest, none);
    assert.ok(objects.every((key) => key.startsWith('access/')));
  });

  test('a new key sends and reads studies of its tenant', async () => {
    const { text } = await issueKey(api, 'hospital-a', ['studies:write', 'jobs:read']);
    await known(api, text);
    const accepted = await postStudy(api.url, [['t1w', volume()]], bearer(text));
    assert.equal(accepted.status, 202);
    const location = accepted.headers.get('location')!;
    assert.equal((await get(location, bearer(text))).status, 200);
    const keys = (await Array.fromAsync(api.deps.store.list('tenants/'))).map(({ key }) => key);
    assert.ok(keys.length > 0 && keys.every((key) => key.startsWith('tenants/hospital-a/')));
  });

  test('a key that is revoked ends', async () => {
    const { text, keyId } = await issueKey(api, 'hospital-a');
    await known(api, text);
    assert.equal((await get('/v1/jobs', bearer(text))).status, 200);
    await new ApiKeyStore(api.deps.store, api.deps.audit).revoke(keyId);
    await eventually(async () => (await get('/v1/jobs', bearer(text))).status, 401);
  });
});

test('tokens of the issuer count beside keys', async () => {
  await using opened = new AsyncDisposableStack();
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one' };
  const issuer = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
  issuer.listen(0, '127.0.0.1');
  await once(issuer, 'listening');
  opened.defer(() => {
    issuer.closeAllConnections();
    issuer.close();
  });
  const oidcIssuer = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  const api = opened.use(
    await startApi({
      settings: {
        authentication: 'required',
        oidcIssuer,
        oidcAudience: 'hepastage',
        oidcJwksUrl: `${oidcIssuer}/keys`,
        oidcTenantClaim: 'org',
      },
    }),
  );
  const token = async (audience: string) =>
    new SignJWT({ org: 'hospital-a', scope: 'jobs:read' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(oidcIssuer)
      .setAudience(audience)
      .setSubject('user-7')
      .setExpirationTime('1m')
      .sign(privateKey);
  const status = async (text: string, path: string) =>
    (await fetch(api.url + path, { headers: bearer(text) })).status;
  assert.equal(await status(await token('hepastage'), '/v1/jobs'), 200);
  assert.equal(await status(await token('hepastage'), '/v1/models'), 403);
  assert.equal(await status(await token('pacs'), '/v1/jobs'), 401);
  const { text } = await issueKey(api, 'hospital-a');
  assert.equal(await status(text, '/v1/jobs'), 200);
});

test('while the store is away keys that are known go on, and nobody else is let in', async () => {
  await using api = await startApi({ store: 'unreachable', settings: { authentication: 'required' } });
  const response = await fetch(`${api.url}/v1/jobs`, {
    headers: bearer(`hep_${'0'.repeat(16)}_${'A'.repeat(43)}`),
  });
  assert.equal(response.status, 503);
  assert.equal((await problemOf(response)).code, 'STORE_UNAVAILABLE');
  assert.equal(response.headers.get('retry-after'), '2');
});
