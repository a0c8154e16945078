import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type Agent, request, type RequestOptions } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { apiSettings, checkConfig } from '@hepastage/api';
import { parseConfig } from '@hepastage/platform';
import { type Authority, makeAuthority } from '../helpers/certificates.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/temporary-directory.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { eventually } from './eventually.ts';

let directory: TemporaryDirectory;
let authority: Authority;
before(async () => {
  directory = await temporaryDirectory('certificates');
  authority = await makeAuthority(directory.path);
});
after(async () => directory[Symbol.asyncDispose]());

async function startTls(name: string, settings: object = {}): Promise<ApiUnderTest> {
  const { certFile, keyFile } = await authority.issue(name);
  return startApi({ settings: { tlsCertFile: certFile, tlsKeyFile: keyFile, ...settings } });
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  /** Serial number of the server's certificate. */
  readonly serial: string;
}

async function get(url: string, options: RequestOptions & { agent?: Agent | false } = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request(url, { ca: authority.ca, agent: false, ...options }, (response) => {
    const serial = (response.socket as TLSSocket).getPeerCertificate().serialNumber;
    text(response).then(
      () => resolve({ status: response.statusCode, headers: response.headers, serial }),
      reject,
    );
  })
    .on('error', reject)
    .end();
  return promise;
}

describe('an API with a certificate', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startTls('plain', { headersMsMax: 400 });
  });
  after(async () => api[Symbol.asyncDispose]());

  test('speaks TLS, says so to browsers, and speaks nothing else', async () => {
    assert.match(api.url, /^https:/);
    const { status, headers } = await get(`${api.url}/livez`);
    assert.equal(status, 200);
    assert.equal(headers['strict-transport-security'], 'max-age=31536000');
    await assert.rejects(fetch(`${api.url.replace('https', 'http')}/livez`));
  });

  test('takes no version of TLS before 1.2', async () => {
    const old = { ciphers: 'ALL:@SECLEVEL=0', minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
    await assert.rejects(get(`${api.url}/livez`, old), /tlsv1 alert protocol version/);
    assert.equal((await get(`${api.url}/livez`, { maxVersion: 'TLSv1.2' })).status, 200);
  });

  test('waits neither for a handshake nor for headers longer than for headers', async () => {
    const port = Number(new URL(api.url).port);
    const silent = connectTcp(port, '127.0.0.1');
    await once(silent.resume(), 'close');

    const slow = connect({ port, host: '127.0.0.1', ca: authority.ca });
    await once(slow, 'secureConnect');
    slow.write('GET /livez HTTP/1.1\r\nHost: test\r\n');
    assert.match(await text(slow), /^HTTP\/1\.1 408 /);
  });
});

test('with an authority for clients, only those with its certificates get in', async () => {
  const stranger = await makeAuthority(directory.path, 'stranger');
  await using api = await startTls('mutual', { tlsClientCaFile: authority.caFile });
  const { cert, key } = await authority.issue('client');
  const theirs = await stranger.issue('other');
  assert.equal((await get(`${api.url}/livez`, { cert, key })).status, 200);
  // Which error a client sees depends on how far it had come.
  await assert.rejects(get(`${api.url}/livez`));
  await assert.rejects(get(`${api.url}/livez`, { cert: theirs.cert, key: theirs.key }));
});

test('a renewed certificate is taken up at SIGHUP; one without its key is not', async () => {
  await using api = await startTls('signalled', { tlsRenewMs: 3_600_000 });
  const serial = async () => (await get(`${api.url}/livez`)).serial;
  const first = await serial();
  const elsewhere = await authority.issue('elsewhere');
  const { tlsCertFile = '', tlsKeyFile = '' } = api.deps.config;
  await writeFile(tlsCertFile, elsewhere.cert);
  process.kill(process.pid, 'SIGHUP');
  // It is handled before the connection that comes after it.
  assert.equal(await serial(), first);
  await writeFile(tlsKeyFile, elsewhere.key);
  process.kill(process.pid, 'SIGHUP');
  await eventually(async () => (await serial()) === first, false);
  assert.equal(process.listenerCount('SIGHUP'), 1);
});

test('a renewed certificate is taken up without a word, and nobody listens after the end', async () => {
  {
    await using api = await startTls('watched', { tlsRenewMs: 100 });
    const { serial } = await get(`${api.url}/livez`);
    await authority.issue('watched');
    await eventually(async () => (await get(`${api.url}/livez`)).serial === serial, false);
  }
  assert.equal(process.listenerCount('SIGHUP'), 0);
});

const check = (environment: NodeJS.ProcessEnv) => checkConfig(parseConfig(apiSettings, environment));
const starting = async (settings: object) => {
  await using api = await startApi({ settings });
  return api.url;
};

test('settings of TLS that don’t hold are refused', async () => {
  const { certFile, keyFile } = await authority.issue('settings');
  const other = await authority.issue('settings-other');
  const halves = [{ HEPASTAGE_TLS_CERT_FILE: certFile }, { HEPASTAGE_TLS_KEY_FILE: keyFile }];
  for (const half of halves) {
    assert.throws(() => check(half), {
      codeName: 'INVALID_CONFIG',
      message: /needs a certificate and its private key/,
    });
  }
  assert.throws(() => check({ HEPASTAGE_TLS_CLIENT_CA_FILE: certFile }), /there is no TLS/);
  await assert.rejects(starting({ tlsCertFile: certFile, tlsKeyFile: other.keyFile }), {
    codeName: 'INVALID_CONFIG',
    message: /the key is that of another certificate/,
  });
  await assert.rejects(starting({ tlsCertFile: certFile, tlsKeyFile: `${keyFile}.absent` }), {
    message: /HEPASTAGE_TLS_KEY_FILE names a file that cannot be read \(ENOENT\)/,
  });
  await assert.rejects(starting({ tlsCertFile: certFile, tlsKeyFile: keyFile, tlsClientCaFile: keyFile }), {
    message: /are no PEM/,
  });
});
