import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { OidcVerifier } from './oidc-verifier.ts';

const audience = 'hepastage';
const staleSecondsMax = 3_600;
const claims = { sub: 'user-7', tenant: 'hospital-a', scope: 'jobs:read studies:write email' };

/** A real issuer on this machine: discovery document and public keys, and the private one to sign with. */
async function startIssuer(opened: AsyncDisposableStack) {
  const pairs = {
    es: await generateKeyPair('ES256'),
    rs: await generateKeyPair('RS256', { extractable: true }),
  };
  const keys: unknown = await Promise.all(
    Object.entries(pairs).map(async ([kid, { publicKey }]) => ({ ...(await exportJWK(publicKey)), kid })),
  );
  const state = { fetches: 0, status: 200, keysStatus: 200, isSilent: false, claimedIssuer: '', keys };
  const server = createServer((request, response) => {
    state.fetches += 1;
    if (state.isSilent) return;
    const isDiscovery = request.url?.endsWith('/openid-configuration') === true;
    const document = isDiscovery
      ? { issuer: state.claimedIssuer, jwks_uri: `${state.claimedIssuer}/keys` }
      : { keys: state.keys };
    const status = isDiscovery ? state.status : state.keysStatus;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  state.claimedIssuer = issuer;
  return { issuer, state, ...pairs };
}

type Issuer = Awaited<ReturnType<typeof startIssuer>>;

/** A part of a token. */
function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function verifierOf(issuer: string, clock = () => performance.now(), jwksUrl?: string): OidcVerifier {
  return new OidcVerifier(
    { issuer, audience, jwksUrl, tenantClaim: 'tenant' },
    { staleSecondsMax, onTrouble: () => undefined, clock },
  );
}

/** A token that is right, of whichever key. */
async function tokenOf({ issuer, es }: Issuer, kid = 'es', key = es.privateKey): Promise<string> {
  return new SignJWT({ ...claims, iss: issuer, aud: audience })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setExpirationTime('1m')
    .sign(key);
}

describe('tokens of an issuer', () => {
  const opened = new AsyncDisposableStack();
  let issuer: Issuer;
  let verifier: OidcVerifier;
  before(async () => {
    issuer = await startIssuer(opened);
    verifier = verifierOf(issuer.issuer);
  });
  after(async () => opened.disposeAsync());

  /** A token that is right but for what the test changes. */
  async function token(
    change: JWTPayload = {},
    { alg = 'ES256', kid = 'es', key }: { alg?: string; kid?: string; key?: CryptoKey | Uint8Array } = {},
  ): Promise<string> {
    const present = Math.floor(Date.now() / 1_000);
    const payload = {
      iss: issuer.issuer,
      aud: audience,
      iat: present,
      exp: present + 60,
      ...claims,
      ...change,
    };
    return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(key ?? issuer.es.privateKey);
  }

  test('one that is right tells tenant, subject and the scopes that we know', async () => {
    const verdict = await verifier.judge(await token());
    assert.ok('principal' in verdict);
    const { tenant, actor, scopes } = verdict.principal;
    assert.deepEqual(
      [tenant, actor, [...scopes]],
      ['hospital-a', 'oidc:user-7', ['jobs:read', 'studies:write']],
    );
  });

  test('RSA signatures, audiences among others, and scopes as a list count as well', async () => {
    const { scope: _scope, ...rest } = claims;
    const right = await token(
      { ...rest, aud: ['other', audience], scp: ['admin', 7], scope: undefined },
      { alg: 'RS256', kid: 'rs', key: issuer.rs.privateKey },
    );
    const verdict = await verifier.judge(right);
    assert.ok('principal' in verdict);
    assert.deepEqual([...verdict.principal.scopes], ['admin']);
  });

  test('without scopes it may nothing', async () => {
    const verdict = await verifier.judge(await token({ scope: undefined }));
    assert.ok('principal' in verdict);
    assert.equal(verdict.principal.scopes.size, 0);
  });

  const past = Math.floor(Date.now() / 1_000) - 3_600;
  for (const { name, change, refusal } of [
    { name: 'expired', change: { exp: past }, refusal: 'ERR_JWT_EXPIRED' },
    { name: 'not valid yet', change: { nbf: past + 7_200 }, refusal: 'ERR_JWT_CLAIM_VALIDATION_FAILED' },
    { name: 'without an end', change: { exp: undefined }, refusal: 'ERR_JWT_CLAIM_VALIDATION_FAILED' },
    { name: 'for another audience', change: { aud: 'pacs' }, refusal: 'ERR_JWT_CLAIM_VALIDATION_FAILED' },
    {
      name: 'of another issuer',
      change: { iss: 'https://evil.example' },
      refusal: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    },
    { name: 'without a tenant', change: { tenant: undefined }, refusal: 'ERR_JWT_CLAIM_VALIDATION_FAILED' },
    { name: 'without a subject', change: { sub: undefined }, refusal: 'ERR_JWT_CLAIM_VALIDATION_FAILED' },
    {
      name: 'with a tenant that is a path',
      change: { tenant: '../hospital-b' },
      refusal: 'no tenant of that name',
    },
    { name: 'with several tenants', change: { tenant: ['a', 'b'] }, refusal: 'no tenant of that name' },
    { name: 'with a subject without end', change: { sub: 'x'.repeat(256) }, refusal: 'no usable subject' },
  ]) {
    test(`one that is ${name} is refused`, async () => {
      assert.deepEqual(await verifier.judge(await token(change as JWTPayload)), { refusal });
    });
  }

  test('no signature, and one made with a public key as a secret, are refused', async () => {
    const payload = part({ iss: issuer.issuer, aud: audience, exp: 4e9, ...claims });
    const refused = { refusal: 'ERR_JOSE_ALG_NOT_ALLOWED' };
    assert.deepEqual(await verifier.judge(`${part({ alg: 'none' })}.${payload}.`), refused);
    const text = `${part({ alg: 'HS256', kid: 'rs' })}.${payload}`;
    const secret = await exportSPKI(issuer.rs.publicKey);
    const mac = createHmac('sha256', secret).update(text).digest('base64url');
    assert.deepEqual(await verifier.judge(`${text}.${mac}`), refused);
  });

  test('a key that the issuer does not have, and one that is not the one named, are refused', async () => {
    const { privateKey: key } = await generateKeyPair('ES256');
    assert.deepEqual(await verifier.judge(await token({}, { kid: 'mine', key })), {
      refusal: 'ERR_JWKS_NO_MATCHING_KEY',
    });
    assert.deepEqual(await verifier.judge(await token({}, { key })), {
      refusal: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });

  test('unknown keys cause few questions to the issuer, however many come', async () => {
    const { fetches } = issuer.state;
    const wrong = await token({}, { kid: 'mine' });
    for (let n = 0; n < 50; n++) await verifier.judge(wrong);
    assert.ok(issuer.state.fetches - fetches <= 1);
  });

  test('what is no token at all is refused', async () => {
    const right = await token();
    for (const text of [
      'x',
      'a.b',
      'a.b.c',
      '..',
      `${right}.x`,
      right.replace('.', '!.'),
      right.slice(0, -2),
    ]) {
      const verdict = await verifier.judge(text);
      assert.ok('refusal' in verdict, text);
    }
  });
});

describe('an issuer', () => {
  for (const { name, change, hasJwksUrl = false, fetches } of [
    { name: 'that answers with an error', change: { status: 500 }, fetches: 1 },
    {
      name: 'whose document is another’s',
      change: { claimedIssuer: 'https://evil.example' },
      fetches: 1,
    },
    { name: 'that does not give its keys', change: { keysStatus: 503 }, fetches: 2 },
    { name: 'without keys where they should be', change: { keysStatus: 404 }, hasJwksUrl: true, fetches: 1 },
    { name: 'whose keys are none', change: { keys: 'none' }, hasJwksUrl: true, fetches: 1 },
  ]) {
    test(`${name}: nobody can tell who it is, and however many tokens come it is asked once a second`, async () => {
      await using opened = new AsyncDisposableStack();
      const issuer = await startIssuer(opened);
      const sound = { ...issuer.state };
      Object.assign(issuer.state, change);
      const token = await tokenOf(issuer);
      const garbage = `${part({ alg: 'RS256', kid: 'x' })}.${part({})}.AAAA`;
      const time = { ms: 0 };
      const jwksUrl = hasJwksUrl ? `${issuer.issuer}/keys` : undefined;
      const verifier = verifierOf(issuer.issuer, () => time.ms, jwksUrl);
      for (let n = 0; n < 10; n++) {
        for (const sent of [token, garbage])
          await assert.rejects(verifier.judge(sent), { codeName: 'NOT_READY' });
      }
      assert.equal(issuer.state.fetches, fetches);
      Object.assign(issuer.state, sound);
      time.ms = 1_000;
      assert.ok('principal' in (await verifier.judge(token)));
      assert.deepEqual(await verifier.judge(garbage), { refusal: 'ERR_JWKS_NO_MATCHING_KEY' });
    });
  }

  test('that can’t be reached', async () => {
    await using opened = new AsyncDisposableStack();
    const verifier = verifierOf('http://127.0.0.1:1');
    await assert.rejects(verifier.judge(await tokenOf(await startIssuer(opened))), { codeName: 'NOT_READY' });
  });

  test('that says nothing is waited for once, not by everyone anew', async () => {
    await using opened = new AsyncDisposableStack();
    const issuer = await startIssuer(opened);
    issuer.state.isSilent = true;
    const token = await tokenOf(issuer);
    const verifier = verifierOf(issuer.issuer);
    const begun = performance.now();
    for (let n = 0; n < 20; n++) await assert.rejects(verifier.judge(token), { codeName: 'NOT_READY' });
    assert.ok(performance.now() - begun < 5_000);
    assert.equal(issuer.state.fetches, 1);
  });

  test('that goes away: its keys are used on, as API keys are, and no longer', async () => {
    await using opened = new AsyncDisposableStack();
    const issuer = await startIssuer(opened);
    const token = await tokenOf(issuer);
    const time = { ms: 0 };
    const verifier = verifierOf(issuer.issuer, () => time.ms);
    const isKnown = async () => 'principal' in (await verifier.judge(token));
    assert.ok(await isKnown());
    issuer.state.keysStatus = 503;
    for (const seconds of [599, 601, staleSecondsMax]) {
      time.ms = seconds * 1_000;
      assert.ok(await isKnown(), `after ${seconds} s`);
    }
    time.ms = (staleSecondsMax + 1) * 1_000;
    await assert.rejects(isKnown(), { codeName: 'NOT_READY' });
    issuer.state.keysStatus = 200;
    time.ms += 1_000;
    assert.ok(await isKnown());
  });

  test('that changes its keys: the new one counts within seconds, the old one for minutes', async () => {
    await using opened = new AsyncDisposableStack();
    const issuer = await startIssuer(opened);
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const time = { ms: 0 };
    const verifier = verifierOf(issuer.issuer, () => time.ms);
    const [old, fresh] = [await tokenOf(issuer), await tokenOf(issuer, 'new', privateKey)];
    assert.ok('principal' in (await verifier.judge(old)));
    issuer.state.keys = [{ ...(await exportJWK(publicKey)), kid: 'new' }];
    assert.ok('principal' in (await verifier.judge(old)));
    time.ms = 10_000;
    assert.ok('principal' in (await verifier.judge(fresh)));
    assert.deepEqual(await verifier.judge(old), { refusal: 'ERR_JWKS_NO_MATCHING_KEY' });
  });

  test('that changes its keys and goes away: whose the new one is nobody can tell, and the token may come again', async () => {
    await using opened = new AsyncDisposableStack();
    const issuer = await startIssuer(opened);
    const { privateKey } = await generateKeyPair('ES256');
    const time = { ms: 0 };
    const verifier = verifierOf(issuer.issuer, () => time.ms);
    const [old, fresh] = [await tokenOf(issuer), await tokenOf(issuer, 'new', privateKey)];
    assert.ok('principal' in (await verifier.judge(old)));
    issuer.state.keysStatus = 500;
    time.ms = 60_000;
    await assert.rejects(verifier.judge(fresh), { codeName: 'NOT_READY' });
    assert.ok('principal' in (await verifier.judge(old)));
  });

  test('that changes its keys without anyone showing the new one: the old one ends in time', async () => {
    await using opened = new AsyncDisposableStack();
    const issuer = await startIssuer(opened);
    const time = { ms: 0 };
    const verifier = verifierOf(issuer.issuer, () => time.ms);
    const token = await tokenOf(issuer);
    assert.ok('principal' in (await verifier.judge(token)));
    issuer.state.keys = [];
    time.ms = 600_000;
    assert.deepEqual(await verifier.judge(token), { refusal: 'ERR_JWKS_NO_MATCHING_KEY' });
  });
});
