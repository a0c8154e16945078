import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrefixedStream } from './prefixed-stream.ts';
import { Chunks, whole } from './testing/chunks.ts';

const bytes = Buffer.from(Array.from({ length: 1_000 }, (_, n) => n % 251));

for (const chunkBytes of [1, 7, 400, 2_000]) {
  test(`chunks of ${chunkBytes} bytes: looking changes nothing`, async () => {
    const stream = new PrefixedStream(new Chunks(bytes, chunkBytes));
    assert.equal(stream.prefix.length, 0);
    for (const wanted of [0, 1, 500, 300]) {
      await stream.grow(wanted);
      assert.ok(stream.prefix.length >= wanted);
      assert.deepEqual(stream.prefix, bytes.subarray(0, stream.prefix.length));
    }
    assert.deepEqual(await whole(stream.from(100)), bytes.subarray(100));
    assert.equal(stream.ended, true);
  });
}

test('it takes no more chunks than it was asked for', async () => {
  const stream = new PrefixedStream(new Chunks(bytes, 100));
  await stream.grow(250);
  assert.deepEqual([stream.prefix.length, stream.ended], [300, false]);
});

test('it ends where its source ends', async () => {
  const stream = new PrefixedStream(new Chunks(bytes, 100));
  await stream.grow(5_000);
  assert.deepEqual([stream.prefix, stream.ended], [bytes, true]);
  assert.deepEqual(await whole(stream.from(0)), bytes);
});

test('closing lets its source go, and ends it', async () => {
  const source = new Chunks(bytes, 100);
  const stream = new PrefixedStream(source);
  await stream.grow(1);
  await stream.close();
  assert.equal(source.closed, true);
  assert.deepEqual(await whole(stream.from(100)), Buffer.alloc(0));
});

test('an error of the source comes through', async () => {
  const gone = new Error('gone');
  const source = async function* () {
    yield bytes;
    throw gone;
  };
  await assert.rejects(new PrefixedStream(source()).grow(2_000), (error) => error === gone);
  await assert.rejects(whole(new PrefixedStream(source()).from(0)), (error) => error === gone);
});
