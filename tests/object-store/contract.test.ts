import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import type { ObjectStore } from '@hepastage/platform';
import { drivers, type StoreUnderTest } from './drivers.ts';
import { LiveMemory } from './live-memory.ts';
import { digestOf, failingSource, patternSource, silentSource } from './sources.ts';

const mebibyte = 1 << 20;
/** Of an upload in several parts. */
const largeBytes = 20 * mebibyte;
/** Two parts of 8 MiB on their way and one being gathered, each also as the chunks that it was made from, and what the collector has yet to free. */
const liveMiBMax = 96;

for (const [name, open] of Object.entries(drivers)) {
  suite(`object store: ${name}`, () => {
    let underTest: StoreUnderTest;
    let store: ObjectStore;
    before(async () => {
      underTest = await open();
      ({ store } = underTest);
    });
    after(async () => underTest[Symbol.asyncDispose]());

    test('it can be reached and written to', async () => {
      await store.check();
      assert.deepEqual(await keys(''), []);
    });

    test('128 MiB stream in and out in little memory', async (t) => {
      const bytes = 128 * mebibyte;
      const { stream, digest } = patternSource(bytes);
      const memory = new LiveMemory();
      assert.deepEqual(await store.write('large', memory.watch(stream)), { key: 'large', bytes });
      const read = await store.read('large');
      assert.equal(read?.bytes, bytes);
      assert.equal(await digestOf(memory.watch(read.stream)), digest.digest('hex'));
      const grownMiB = Math.round(memory.grownBytes / mebibyte);
      t.diagnostic(`buffers in use grew by ${grownMiB} MiB`);
      assert.ok(grownMiB <= liveMiBMax, `buffers in use grew by ${grownMiB} MiB`);
      await store.erase('large');
    });

    for (const bytes of [0, 1, 8 * mebibyte, 8 * mebibyte + 1]) {
      test(`an object of ${bytes} bytes comes back as it was`, async () => {
        const { stream, digest } = patternSource(bytes);
        assert.deepEqual(await store.write('sized', stream), { key: 'sized', bytes });
        const read = await store.read('sized');
        assert.equal(read?.bytes, bytes);
        assert.equal(await digestOf(read.stream), digest.digest('hex'));
      });
    }

    test('a source that fails midway leaves nothing behind, and its error is passed on as it is', async () => {
      const failure = new Error('the client went away');
      const source = failingSource(largeBytes, failure);
      await assert.rejects(store.write('failing/object', source), (error) => error === failure);
      assert.ok(source.destroyed);
      assert.equal(await store.read('failing/object'), undefined);
      assert.deepEqual(await underTest.unfinished(), []);
    });

    test('a source that was destroyed without an error is an error all the same', async () => {
      const source = silentSource(largeBytes, () => source.destroy());
      await assert.rejects(store.write('failing/object', source), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
      assert.equal(await store.read('failing/object'), undefined);
      assert.deepEqual(await underTest.unfinished(), []);
    });

    test('an abort ends a write whose source is silent, and leaves nothing behind', async () => {
      const cancel = new AbortController();
      const source = silentSource(largeBytes, () => cancel.abort());
      await assert.rejects(store.write('aborted', source, { signal: cancel.signal }), { name: 'AbortError' });
      assert.ok(source.destroyed);
      assert.equal(await store.read('aborted'), undefined);
      assert.deepEqual(await underTest.unfinished(), []);
    });

    test('a write that fails leaves the older object as it was', async () => {
      await store.writeBytes('overwritten', Buffer.from('older'));
      await assert.rejects(store.write('overwritten', failingSource(largeBytes, new Error('broken'))));
      assert.equal(String(await store.readBytes('overwritten', 100)), 'older');
    });

    test('a write replaces the older object', async () => {
      await store.writeBytes('replaced', Buffer.from('something long'));
      await store.write('replaced', Readable.from([Buffer.from('short')]), { mediaType: 'text/plain' });
      assert.equal(String(await store.readBytes('replaced', 100)), 'short');
    });

    test('of writers to one key at the same time, one wins as a whole', async () => {
      const sources = Array.from({ length: 4 }, (_, i) => Buffer.alloc(9 * mebibyte, i + 1));
      await Promise.all(sources.map(async (bytes) => store.write('contested', Readable.from([bytes]))));
      const winner = await store.readBytes('contested', 9 * mebibyte);
      assert.ok(winner !== undefined && sources.some((bytes) => bytes.equals(winner)));
      assert.deepEqual(await underTest.unfinished(), []);
    });

    test('of creators of one key at the same time, exactly one makes it, and nobody replaces it', async () => {
      const bodies = Array.from({ length: 8 }, (_, i) => Buffer.from(`body ${i}`));
      const made = await Promise.all(bodies.map(async (body) => store.create('created/once', body)));
      assert.equal(made.filter(Boolean).length, 1);
      const winner = bodies[made.indexOf(true)];
      assert.deepEqual(await store.readBytes('created/once', 100), winner);
      assert.equal(await store.create('created/once', Buffer.from('late')), false);
      assert.deepEqual(await store.readBytes('created/once', 100), winner);
      assert.deepEqual(await underTest.unfinished(), []);
      await store.erase('created/once');
      assert.equal(await store.create('created/once', Buffer.from('late')), true);
      await store.erase('created/');
    });

    test('the folders directly below one are listed', async () => {
      for (const key of ['tree/b/x', 'tree/a/x', 'tree/a/y/z', 'tree/file', 'tree-other/c/x'])
        await store.writeBytes(key, Buffer.from('x'));
      assert.deepEqual(await Array.fromAsync(store.folders('tree/')), ['a', 'b']);
      await store.erase('tree/a/');
      assert.ok((await Array.fromAsync(store.folders('tree/'))).includes('b'));
      assert.deepEqual(await Array.fromAsync(store.folders('nowhere/')), []);
      await store.erase('tree');
    });

    test('a listing says when an object was written', async () => {
      const begun = Date.now();
      await store.writeBytes('dated', Buffer.from('x'));
      const [listed] = await Array.fromAsync(store.list('dated'));
      // S3 tells whole seconds, and a server's clock may be another's.
      assert.ok(Math.abs((listed?.modifiedAt.getTime() ?? 0) - begun) < 60_000);
    });

    test('what is absent reads as undefined', async () => {
      await store.writeBytes('present/file', Buffer.from('x'));
      for (const key of ['absent', 'present', 'present/other', 'present/file/below']) {
        assert.equal(await store.read(key), undefined, key);
        assert.equal(await store.readBytes(key, 1), undefined, key);
      }
    });

    test('readBytes refuses what is larger than allowed', async () => {
      await store.writeBytes('eleven', Buffer.from('eleven byte'));
      assert.equal((await store.readBytes('eleven', 11))?.length, 11);
      await assert.rejects(store.readBytes('eleven', 10), {
        codeName: 'INTERNAL',
        message:
          'eleven: a stored object has more bytes than may be read at once (expected at most 10, received 11); tell support the job id',
      });
    });

    test('an abort ends a read', async () => {
      await store.write('long', patternSource(largeBytes).stream);
      const cancel = new AbortController();
      const read = await store.read('long', cancel.signal);
      assert.ok(read !== undefined);
      await once(read.stream, 'readable');
      cancel.abort();
      await assert.rejects(read.stream.toArray(), { name: 'AbortError' });
      await assert.rejects(store.read('long', cancel.signal), { name: 'AbortError' });
    });

    test('a prefix lists its objects in key order, across pages, and erase removes them and no others', async () => {
      const expected = Array.from({ length: 1_100 }, (_, i) => `many/${i % 7}/object-${i}`).sort();
      for (let i = 0; i < expected.length; i += 50) {
        await Promise.all(
          expected.slice(i, i + 50).map(async (key) => store.writeBytes(key, Buffer.from(key))),
        );
      }
      await store.writeBytes('many-others', Buffer.from('x'));
      assert.deepEqual(await keys('many/'), expected);
      assert.deepEqual(
        await keys('many/3/object-3'),
        expected.filter((key) => key.startsWith('many/3/object-3')),
      );
      for await (const { key, bytes } of store.list('many/5/')) assert.equal(bytes, key.length);
      await store.erase('many/');
      assert.deepEqual(await keys('many'), ['many-others']);
    });

    test('erasing what is not there is no error', async () => {
      await store.erase('never/there/');
    });

    for (const key of [
      '',
      '/absolute',
      'a//b',
      'a/',
      '../up',
      'a/../b',
      'a/./b',
      '.hidden',
      'ä',
      'a b',
      'a\\b',
      'a\0',
    ]) {
      test(`the key ${JSON.stringify(key)} is refused`, async () => {
        const source = Readable.from([Buffer.from('x')]);
        await assert.rejects(store.write(key, source), RangeError);
        assert.ok(source.destroyed);
        await assert.rejects(store.writeBytes(key, Buffer.from('x')), RangeError);
        await assert.rejects(store.read(key), RangeError);
      });
    }

    test('a prefix cannot lead out of the store', async () => {
      for (const prefix of ['../', '/', 'a/../', 'a//']) {
        await assert.rejects(keys(prefix), RangeError);
        await assert.rejects(store.erase(prefix), RangeError);
      }
    });

    async function keys(prefix: string): Promise<string[]> {
      return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);
    }
  });
}
