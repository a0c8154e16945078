import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { samplesOf } from '../helpers/metrics.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { type ServiceProcess, startService } from '../helpers/service-process.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { eventually } from './eventually.ts';
import { RawUpload } from './raw-upload.ts';
import { volume } from './volumes.ts';

async function startReplica(opened: AsyncDisposableStack): Promise<ServiceProcess> {
  const redis = opened.use(await startRedis());
  const { path } = opened.use(await temporaryDirectory('objects'));
  const settings = {
    REDIS_URL: redis.url,
    HEPASTAGE_REDIS_PREFIX: redis.prefix,
    HEPASTAGE_OBJECT_STORE: path,
  };
  return opened.use(await startService('api', settings));
}

async function connectTo({ url }: ServiceProcess): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(socket, 'connect');
  return { socket, received: () => text };
}

test('a request that comes over an open connection after the replica has stopped to listen is answered like others, and the connection ends', async () => {
  await using opened = new AsyncDisposableStack();
  const api = await startReplica(opened);
  // Browsers and balancers open connections before they have something to send.
  const early = await connectTo(api);
  const upload = await RawUpload.begin(api.url, 't1w', 10_000_000);
  await upload.send(volume());
  await eventually(
    async () => (await samplesOf(api.url, 'hepastage_uploads_active')).map(({ value }) => value),
    [1],
  );
  api.kill('SIGTERM');
  await eventually(
    async () =>
      fetch(`${api.url}/livez`).then(
        () => true,
        () => false,
      ),
    false,
  );
  const ended = once(early.socket, 'close');
  early.socket.write('GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n');
  await ended;
  assert.match(early.received(), /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(early.received(), /\r\nconnection: close\r\n/i);
  upload.vanish();
  assert.equal(await api.stop(), 0);
});
