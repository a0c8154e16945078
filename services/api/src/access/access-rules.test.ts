import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '@hepastage/platform';
import { apiSettings, checkConfig } from '../config.ts';
import { isLoopback } from './access-rules.ts';

const parse = (environment: NodeJS.ProcessEnv) => checkConfig(parseConfig(apiSettings, environment));
const required = { HEPASTAGE_AUTHENTICATION: 'required' };
const oidc = { HEPASTAGE_OIDC_ISSUER: 'https://id.example', HEPASTAGE_OIDC_AUDIENCE: 'hepastage' };

test('without authentication the service listens on a loopback address only', () => {
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) assert.ok(parse({ HOST: host }));
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.example', '127.0.0.1.example', 'api']) {
    assert.throws(() => parse({ HOST: host }), {
      codeName: 'INVALID_CONFIG',
      message: /set HEPASTAGE_AUTHENTICATION=required and make a key with hepastage keys create/,
    });
    assert.ok(parse({ ...required, HOST: host }));
  }
});

test('addresses of this machine are told from others', () => {
  for (const host of ['127.0.0.1', '127.255.255.254', '::1']) assert.ok(isLoopback(host), host);
  for (const host of ['128.0.0.1', '127.0.0', '', '::', '::ffff:1.2.3.4', 'localhost.example'])
    assert.ok(!isLoopback(host), host);
});

test('settings of an issuer belong together', () => {
  assert.ok(parse({ ...required, ...oidc }));
  assert.throws(() => parse(oidc), /set HEPASTAGE_AUTHENTICATION=required/);
  const { HEPASTAGE_OIDC_ISSUER, HEPASTAGE_OIDC_AUDIENCE } = oidc;
  assert.throws(() => parse({ ...required, HEPASTAGE_OIDC_ISSUER }), /set both HEPASTAGE_OIDC_ISSUER/);
  assert.throws(() => parse({ ...required, HEPASTAGE_OIDC_AUDIENCE }), /set both HEPASTAGE_OIDC_ISSUER/);
  const keysAlone = { HEPASTAGE_OIDC_JWKS_URL: 'https://id.example/keys' };
  assert.throws(() => parse({ ...required, ...keysAlone }), /there are keys of no issuer/);
});

const issuer = (url: string) => ({ ...required, ...oidc, HEPASTAGE_OIDC_ISSUER: url });

test('an issuer and its keys are asked over https, or within this machine', () => {
  for (const url of ['https://id.example/realm', 'http://127.0.0.1:8', 'http://[::1]:8', 'http://localhost'])
    assert.ok(parse(issuer(url)), url);
  for (const url of ['http://id.example', 'http://127.0.0.1.example', 'http://localhost@id.example'])
    assert.throws(() => parse(issuer(url)), /give HEPASTAGE_OIDC_ISSUER/, url);
  const keys = { HEPASTAGE_OIDC_JWKS_URL: 'http://id.example/keys' };
  assert.throws(() => parse({ ...required, ...oidc, ...keys }), /give HEPASTAGE_OIDC_ISSUER/);
});

test('what is put behind a scope or a port has one', () => {
  assert.throws(() => parse({ HEPASTAGE_DOCS_ACCESS: 'scope' }), /a scope is asked for/);
  assert.throws(() => parse({ HEPASTAGE_METRICS_ACCESS: 'port' }), /set HEPASTAGE_OPERATIONS_PORT/);
  assert.ok(parse({ HEPASTAGE_METRICS_ACCESS: 'port', HEPASTAGE_OPERATIONS_PORT: '9090' }));
  assert.ok(parse({ ...required, HEPASTAGE_DOCS_ACCESS: 'scope' }));
});
