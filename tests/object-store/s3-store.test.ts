import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, suite, test } from 'node:test';
import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { openObjectStore } from '@hepastage/platform';
import { freePorts } from '../helpers/free-port.ts';
import { leakingNothing } from '../helpers/leaks.ts';
import { s3Client, type S3Server, startS3 } from '../helpers/s3-server.ts';
import { digestOf, patternSource, silentSource } from './sources.ts';

const mebibyte = 1 << 20;
/** As the store has it by default. */
const partBytes = 5 * mebibyte;

suite('s3 store', () => {
  let s3: S3Server;
  let client: S3Client;
  before(async () => {
    s3 = await startS3();
    client = s3Client(s3);
  });
  after(async () => {
    client.destroy();
    await s3.stop();
  });

  const storeAt = (objectStore: string, options: Parameters<typeof openObjectStore>[1] = {}) =>
    openObjectStore({ objectStore, objectStoreEndpoint: s3.endpoint }, { credentials: s3, ...options });

  test('wrong credentials are an error that says what to check', async () => {
    const store = storeAt(s3.url, {
      credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: 'another secret' },
    });
    const refused = {
      codeName: 'STORE_DENIED',
      message:
        `s3 bucket ${s3.bucket}: S3 refuses the credentials (received SignatureDoesNotMatch); ` +
        'check the key and that it may list, read, write and delete in the bucket',
    };
    await assert.rejects(store.check(), refused);
    await assert.rejects(store.write('key', patternSource(20 * mebibyte).stream), refused);
    await assert.rejects(store.read('key'), refused);
    await assert.rejects(Array.fromAsync(store.list('')), refused);
    await assert.rejects(store.erase(''), refused);
    await store.close();
  });

  test('a bucket that does not exist is not created', async () => {
    const store = storeAt('s3://never-created');
    await assert.rejects(store.check(), {
      codeName: 'STORE_UNAVAILABLE',
      message:
        's3 bucket never-created: the bucket does not exist; create it, or name another one in HEPASTAGE_OBJECT_STORE',
    });
    await assert.rejects(store.read('key'), /the bucket does not exist/);
    await store.close();
  });

  test(
    'a server that is not there is reported soon, and nothing stays open',
    leakingNothing(async () => {
      const [port] = await freePorts(1);
      const store = openObjectStore(
        { objectStore: 's3://bucket', objectStoreEndpoint: `http://127.0.0.1:${port}` },
        { credentials: s3 },
      );
      const begun = performance.now();
      await assert.rejects(store.check(), {
        codeName: 'STORE_UNAVAILABLE',
        message: 's3 bucket bucket: S3 does not answer (received ECONNREFUSED); try again later',
      });
      await assert.rejects(store.write('key', patternSource(20 * mebibyte).stream), /S3 does not answer/);
      assert.ok(performance.now() - begun < 5_000);
      await store.close();
    }),
  );

  test(
    'a server that accepts connections and says nothing is given up on',
    leakingNothing(async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const connections = new Set<{ destroy(): void }>();
      server.on('connection', (connection) => connections.add(connection));
      const { port } = server.address() as { port: number };
      const store = openObjectStore(
        { objectStore: 's3://bucket', objectStoreEndpoint: `http://127.0.0.1:${port}` },
        { credentials: s3, requestTimeoutMs: 100, attemptsMax: 2 },
      );
      await assert.rejects(store.check(), /S3 does not answer \(received (ETIMEDOUT|TimeoutError)\)/);
      assert.equal(connections.size, 2);
      await store.close();
      for (const connection of connections) connection.destroy();
      server.close();
    }),
  );

  test(
    'a write and a read that are aborted leave no connection open',
    leakingNothing(async () => {
      const store = storeAt(`${s3.url}/leaks`);
      const cancel = new AbortController();
      const source = silentSource(20 * mebibyte, () => cancel.abort());
      await assert.rejects(store.write('aborted', source, { signal: cancel.signal }), { name: 'AbortError' });
      await store.write('large', patternSource(20 * mebibyte).stream);
      const read = await store.read('large');
      read?.stream.destroy();
      await store.close();
    }),
  );

  for (const [what, bytes, parts] of [
    ['a stream without bytes', 0, undefined],
    ['a stream of exactly one part', partBytes, undefined],
    ['one byte more than a part', partBytes + 1, 2],
    ['exactly two parts', 2 * partBytes, 2],
  ] as const) {
    test(`${what} comes back as it went in, in ${parts ?? 'no'} parts`, async () => {
      const store = storeAt(`${s3.url}/parts`);
      const { stream, digest } = patternSource(bytes);
      assert.deepEqual(await store.write('object', stream), { key: 'object', bytes });
      const read = await store.read('object');
      assert.equal(read?.bytes, bytes);
      assert.equal(await digestOf(read.stream), digest.digest('hex'));
      const head = await client.send(new HeadObjectCommand({ Bucket: s3.bucket, Key: 'parts/object' }));
      // The entity tag of an object that came in parts ends in their number.
      assert.equal(/-(\d+)"$/.exec(head.ETag ?? '')?.[1], parts?.toString());
      await store.close();
    });
  }

  test('erase also removes the parts of an upload that a process left behind when it died', async () => {
    const target = { Bucket: s3.bucket, Key: 'died/job/input' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
    await client.send(
      new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: Buffer.alloc(5 * mebibyte) }),
    );
    const store = storeAt(`${s3.url}/died`);
    await store.erase('job/');
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: s3.bucket }));
    assert.equal(Uploads, undefined);
    await store.close();
  });
});
