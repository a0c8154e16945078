import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority } from '../helpers/certificates.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const program = join(import.meta.dirname, '../../infra/docker/healthcheck.mjs');

/** Its exit code, and what it says. */
async function healthcheck(words: readonly string[], environment: Readonly<Record<string, string>>) {
  return new Promise<{ code: number; said: string }>((resolve) => {
    execFile(process.execPath, [program, ...words], { env: environment }, (error, _, said) =>
      resolve({ code: error === null ? 0 : Number(error.code), said }),
    );
  });
}

/** A server of a service's probes on a free port, with the paths that it was asked for. */
async function serving(
  server: ReturnType<typeof createServer> | ReturnType<typeof createSecureServer>,
  opened: AsyncDisposableStack,
) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return String((server.address() as AddressInfo).port);
}

const answer =
  (status: number, asked: string[] = []): RequestListener =>
  (request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status).end();
  };

test('asks the API and the worker where their settings say that they listen', async () => {
  await using opened = new AsyncDisposableStack();
  const asked: string[] = [];
  const port = await serving(createServer(answer(200, asked)), opened);
  assert.equal((await healthcheck(['api'], { PORT: port, HOST: '0.0.0.0' })).code, 0);
  assert.equal((await healthcheck(['worker', '/readyz'], { HEPASTAGE_HEALTH_PORT: port })).code, 0);
  assert.deepEqual(asked, ['/livez', '/readyz']);
});

test('prefers the operations port, which asks for no certificates', async () => {
  await using opened = new AsyncDisposableStack();
  const port = await serving(createServer(answer(200)), opened);
  const settings = { PORT: '1', HEPASTAGE_OPERATIONS_PORT: port, HEPASTAGE_TLS_CERT_FILE: '/some.pem' };
  assert.equal((await healthcheck(['api'], settings)).code, 0);
});

test('speaks TLS with an API that does', async () => {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await temporaryDirectory('tls'));
  const { cert, key, certFile } = await (await makeAuthority(path)).issue('api');
  const port = await serving(createSecureServer({ cert, key }, answer(200)), opened);
  assert.equal((await healthcheck(['api'], { PORT: port, HEPASTAGE_TLS_CERT_FILE: certFile })).code, 0);
});

test('says no, and why, when the service does, or is not there', async () => {
  await using opened = new AsyncDisposableStack();
  const port = await serving(createServer(answer(503)), opened);
  assert.deepEqual(await healthcheck(['api', '/readyz'], { PORT: port }), {
    code: 1,
    said: '/readyz: 503\n',
  });
  const absent = await healthcheck(['worker'], { HEPASTAGE_HEALTH_PORT: '1' });
  assert.equal(absent.code, 1);
  assert.match(absent.said, /\/livez: .*ECONNREFUSED/);
});

test('does not wait for ever for a service that hangs', async () => {
  await using opened = new AsyncDisposableStack();
  const port = await serving(
    createServer(() => {}),
    opened,
  );
  const { code, said } = await healthcheck(['api'], { PORT: port });
  assert.equal(code, 1);
  assert.match(said, /no answer within 4000 ms/);
});
