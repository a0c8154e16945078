import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import { type ObjectStore, openObjectStore } from '@hepastage/platform';
import { leakingNothing } from '../helpers/leaks.ts';
import { type S3Server, startS3 } from '../helpers/s3-server.ts';
import { digestOf, patternSource } from './sources.ts';

const mebibyte = 1 << 20;
/** Far more than all buffers between a server and a reader hold. */
const largeBytes = 24 * mebibyte;
/** More than the SDK's own bound of connections, 50. */
const readers = 60;

suite('s3 store with objects that nobody goes on reading', () => {
  let s3: S3Server;
  let largeDigest: string;
  before(async () => {
    s3 = await startS3();
    await using store = storeAt();
    const { stream, digest } = patternSource(largeBytes);
    await store.write('large', stream);
    largeDigest = digest.digest('hex');
  });
  after(async () => s3.stop());

  /** Closed at the end of its block. */
  const storeAt = (options: Parameters<typeof openObjectStore>[1] = {}) => {
    const store = openObjectStore(
      { objectStore: `${s3.url}/slow`, objectStoreEndpoint: s3.endpoint },
      { credentials: s3, ...options },
    );
    return Object.assign(store, { [Symbol.asyncDispose]: async () => store.close() });
  };

  test(
    'everything else goes on, and they can be read to their ends later',
    leakingNothing(async () => {
      await using store = storeAt();
      using opened = new DisposableStack();
      const streams = await openStreams(store, readers, opened);
      await everythingElse(store);
      assert.ok(streams.every(({ readable, readableEnded }) => readable && !readableEnded));
      assert.equal(await digestOf(streams[0]!), largeDigest);
      assert.equal(await digestOf(streams.at(-1)!), largeDigest);
    }),
  );

  test(
    'so it does when they hold every connection that there is for reading; one that is closed makes room',
    leakingNothing(async () => {
      await using store = storeAt({ readSocketsMax: 2, connectTimeoutMs: 500, attemptsMax: 1 });
      using opened = new DisposableStack();
      const [stream] = await openStreams(store, 2, opened);
      await assert.rejects(openStreams(store, 1, opened), { codeName: 'STORE_UNAVAILABLE' });
      await everythingElse(store);
      stream?.destroy();
      await openStreams(store, 1, opened);
    }),
  );
});

/** All that a store does but reading streams. */
async function everythingElse(store: ObjectStore): Promise<void> {
  await store.check();
  await store.writeBytes('else/small', Buffer.from('small'));
  await store.write('else/streamed', patternSource(6 * mebibyte).stream);
  assert.equal(await store.create('else/created', Buffer.from('once')), true);
  assert.equal(String(await store.readBytes('else/small', 10)), 'small');
  const listed = await Array.fromAsync(store.list('else/'));
  assert.deepEqual(
    listed.map(({ key }) => key),
    ['else/created', 'else/small', 'else/streamed'],
  );
  assert.deepEqual(await Array.fromAsync(store.folders('')), ['else']);
  await store.erase('else/');
}

/** Objects that are being read; `opened` closes them. */
async function openStreams(store: ObjectStore, count: number, opened: DisposableStack): Promise<Readable[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const object = await store.read('large');
      assert.equal(object?.bytes, largeBytes);
      return opened.adopt(object.stream, (stream) => stream.destroy());
    }),
  );
}
