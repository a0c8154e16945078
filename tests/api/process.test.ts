import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { JobRecordJson } from '@hepastage/proto';
import { samplesOf } from '../helpers/metrics.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { startService } from '../helpers/service-process.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { eventually } from './eventually.ts';
import { RawUpload } from './raw-upload.ts';
import { postStudy } from './study-form.ts';
import { volume } from './volumes.ts';

async function startProcess(opened: AsyncDisposableStack, settings: Readonly<Record<string, string>> = {}) {
  const redis = opened.use(await startRedis());
  const directory = opened.use(await temporaryDirectory('objects'));
  return opened.use(
    await startService('api', {
      REDIS_URL: redis.url,
      HEPASTAGE_REDIS_PREFIX: redis.prefix,
      HEPASTAGE_OBJECT_STORE: directory.path,
      ...settings,
    }),
  );
}

test('SIGTERM lets a long poll and an upload finish, then the process ends with 0', async () => {
  await using opened = new AsyncDisposableStack();
  // The long poll is on its way at the signal, and still gets in.
  const api = await startProcess(opened, { HEPASTAGE_DRAIN_MS: '2000' });
  const accepted = await postStudy(api.url, [['t1w', volume()]]);
  const { jobId } = (await accepted.json()) as JobRecordJson;

  const body = volume();
  const tail = Buffer.from(RawUpload.tail);
  const head = RawUpload.headBytes('t1w');
  const upload = await RawUpload.begin(api.url, 't1w', head + body.length + tail.length);
  await upload.send(body.subarray(0, 1_000));
  await uploadHasBegun(api.url);
  const poll = fetch(`${api.url}/v1/jobs/${jobId}`, { headers: { prefer: 'wait=60' } });
  api.kill('SIGTERM');
  assert.equal((await poll).status, 200);
  await eventually(async () => isListening(api.url), false);
  await upload.send(Buffer.concat([body.subarray(1_000), tail]));
  assert.match(await upload.response(), /^HTTP\/1\.1 202 /);
  const [code] = api.process.exitCode === null ? await once(api.process, 'exit') : [api.process.exitCode];
  assert.equal(code, 0, api.log());
  assert.match(api.log(), /"msg":"stopped"/);
  assert.doesNotMatch(api.log(), /given up|cut off/);
});

/** A socket takes bytes before the service has read any of them. */
async function uploadHasBegun(url: string): Promise<void> {
  await eventually(
    async () => (await samplesOf(url, 'hepastage_uploads_active')).map(({ value }) => value),
    [1],
  );
}

async function isListening(url: string): Promise<boolean> {
  return fetch(`${url}/livez`).then(
    () => true,
    () => false,
  );
}

test('a request that comes over an open connection after the replica has stopped to listen is answered like others, and the connection ends', async () => {
  await using opened = new AsyncDisposableStack();
  const api = await startProcess(opened);
  // Browsers and balancers open connections before they have something to send.
  const early = connect(Number(new URL(api.url).port), '127.0.0.1');
  let received = '';
  early.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
  await once(early, 'connect');
  const upload = await RawUpload.begin(api.url, 't1w', 10_000_000);
  await upload.send(volume());
  await uploadHasBegun(api.url);
  api.kill('SIGTERM');
  await eventually(async () => isListening(api.url), false);
  const ended = once(early, 'close');
  early.write('GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  await ended;
  assert.match(received, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(received, /\r\nconnection: close\r\n/i);
  upload.vanish();
  assert.equal(await api.stop(), 0);
});

test('an upload that does not end in time is told to come again, nothing of it stays, and the process ends', async () => {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await temporaryDirectory('objects'));
  const api = await startProcess(opened, {
    HEPASTAGE_SHUTDOWN_MS_MAX: '300',
    HEPASTAGE_OBJECT_STORE: path,
  });
  const upload = await RawUpload.begin(api.url, 't1w', 10_000_000);
  await upload.send(volume());
  await uploadHasBegun(api.url);
  // It goes on as if nothing were, until the connection ends.
  const trickle = setInterval(() => upload.socket.write(new Uint8Array(10)), 50);
  const stopped = api.stop();
  const response = await upload.response().finally(() => clearInterval(trickle));
  assert.match(response, /^HTTP\/1\.1 503 /);
  assert.match(response, /\r\nconnection: close\r\n/i);
  assert.match(response, /\r\nretry-after: \d+\r\n/i);
  assert.match(response, /\r\ncontent-type: application\/problem\+json/i);
  assert.match(response, /"code":"NOT_READY".*"retryable":true/);
  assert.equal(await stopped, 0, api.log());
  assert.match(api.log(), /requests in flight are given up/);
  assert.match(api.log(), /"method":"POST","route":"\/v1\/studies","status":503,.*"msg":"request"/);
  assert.doesNotMatch(api.log(), /cut off/);
  const files = await readdir(path, { recursive: true, withFileTypes: true });
  assert.deepEqual(
    files.filter((file) => file.isFile()).map(({ name }) => name),
    [],
  );
});

test('what has no answer even then is cut off, the log says what it was, and the process ends', async () => {
  await using opened = new AsyncDisposableStack();
  const api = await startProcess(opened, { HEPASTAGE_SHUTDOWN_MS_MAX: '300' });
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    'POST /v1/studies HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  // The next one is answered once that one has arrived.
  await postStudy(api.url, [['t1w', volume()]]);
  assert.equal(await api.stop(), 0, api.log());
  assert.match(api.log(), /"method":"POST","route":"\/v1\/studies","answered":false,"msg":"cut off"/);
});

test('a wrong setting ends the process with what to do', async () => {
  await using opened = new AsyncDisposableStack();
  await assert.rejects(startProcess(opened, { HEPASTAGE_UPLOAD_BYTES_MAX: 'many' }), {
    message: /HEPASTAGE_UPLOAD_BYTES_MAX must be integer, received \\"many\\"/,
  });
});

test('the log holds routes, never URLs, references or file names', async () => {
  await using opened = new AsyncDisposableStack();
  const api = await startProcess(opened);
  await fetch(`${api.url}/v1/jobs?reference=Doe-reference`);
  await postStudy(api.url, [
    ['t1w', new Uint8Array(10)],
    ['metadata', '{"externalReference":"Doe-reference"}'],
  ]);
  await fetch(`${api.url}/Doe-reference`);
  await api.stop();
  assert.match(api.log(), /"route":"\/v1\/jobs"/);
  assert.doesNotMatch(api.log(), /Doe-reference|volume\.nii/);
});
