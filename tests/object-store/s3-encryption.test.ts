import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { after, before, suite, test } from 'node:test';
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type ObjectStoreConfig, openObjectStore } from '@hepastage/platform';
import { s3Client, type S3Server, startS3 } from '../helpers/s3-server.ts';
import { digestOf, patternSource } from './sources.ts';

interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** Hands every request on to the real server, and remembers its head. */
async function startRecorder(endpoint: string): Promise<{ server: Server; seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = '', url: path = '', headers } = incoming;
    seen.push({ method, path, headers });
    const onward = request(new URL(path, endpoint), { method, headers, agent: false }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      void pipeline(reply, outgoing).catch(() => undefined);
    });
    void pipeline(incoming, onward).catch(() => outgoing.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, seen };
}

suite('encryption by S3', () => {
  let s3: S3Server;
  let client: S3Client;
  let recorder: Awaited<ReturnType<typeof startRecorder>>;
  before(async () => {
    s3 = await startS3();
    client = s3Client(s3);
    recorder = await startRecorder(s3.endpoint);
  });
  after(async () => {
    client.destroy();
    recorder.server.closeAllConnections();
    recorder.server.close();
    await s3.stop();
  });

  const storeWith = (prefix: string, config: Partial<ObjectStoreConfig>) => {
    const { port } = recorder.server.address() as AddressInfo;
    return openObjectStore(
      { objectStore: `${s3.url}/${prefix}`, objectStoreEndpoint: `http://127.0.0.1:${port}`, ...config },
      { credentials: s3, attemptsMax: 1 },
    );
  };
  const askedFor = () => {
    const made = recorder.seen.filter(
      ({ method, path }) =>
        (method === 'PUT' && !path.includes('partNumber=')) ||
        (method === 'POST' && path.includes('uploads')),
    );
    return made.map(({ method, headers }) => [
      method,
      headers['x-amz-server-side-encryption'],
      headers['x-amz-server-side-encryption-aws-kms-key-id'],
      headers['x-amz-server-side-encryption-bucket-key-enabled'],
    ]);
  };

  test('every kind of write asks for it, and what is written can be read', async () => {
    recorder.seen.length = 0;
    const store = storeWith('aes', { s3Encryption: 'AES256' });
    await store.check();
    await store.writeBytes('bytes', Buffer.from('some'));
    await store.create('created', Buffer.from('some'));
    await store.write('stream', patternSource(1_000).stream);
    const large = patternSource(12 << 20);
    await store.write('parts', large.stream);
    const aes = ['AES256', undefined, undefined];
    assert.deepEqual(askedFor(), [...Array.from({ length: 4 }, () => ['PUT', ...aes]), ['POST', ...aes]]);
    const read = await store.read('parts');
    assert.equal(await digestOf(read!.stream), large.digest.digest('hex'));
    for (const key of ['aes/bytes', 'aes/created', 'aes/stream', 'aes/parts']) {
      const { ServerSideEncryption } = await client.send(
        new HeadObjectCommand({ Bucket: s3.bucket, Key: key }),
      );
      assert.equal(ServerSideEncryption, 'AES256', key);
    }
    await store.close();
  });

  for (const [s3Encryption, bucketKey] of [
    ['aws:kms', 'true'],
    ['aws:kms:dsse', undefined],
  ] as const) {
    test(`${s3Encryption} names the key${bucketKey === undefined ? '' : ', and has the bucket’s used'}`, async () => {
      recorder.seen.length = 0;
      const store = storeWith('kms', { s3Encryption, s3KmsKeyId: 'the-key' });
      // The test's server has no KMS, and may refuse: what matters is what it was asked for.
      await store.writeBytes('bytes', Buffer.from('some')).catch(() => undefined);
      await store.write('parts', patternSource(12 << 20).stream).catch(() => undefined);
      const kms = [s3Encryption, 'the-key', bucketKey];
      assert.deepEqual(askedFor(), [
        ['PUT', ...kms],
        ['POST', ...kms],
      ]);
      await store.close();
    });
  }

  test('without the setting nothing is asked for', async () => {
    recorder.seen.length = 0;
    const store = storeWith('plain', {});
    await store.writeBytes('bytes', Buffer.from('some'));
    assert.deepEqual(askedFor(), [['PUT', undefined, undefined, undefined]]);
    await store.close();
  });
});

test('a setting of encryption that would have no effect is refused', () => {
  for (const config of [
    { objectStore: 'data', s3Encryption: 'AES256' },
    { objectStore: 's3://bucket', s3KmsKeyId: 'the-key' },
    { objectStore: 's3://bucket', s3Encryption: 'AES256', s3KmsKeyId: 'the-key' },
  ] as const) {
    assert.throws(() => openObjectStore(config), { codeName: 'INVALID_CONFIG' }, JSON.stringify(config));
  }
});
