import assert from 'node:assert/strict';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openObjectStore } from '@hepastage/platform';
import { leakingNothing } from '../helpers/leaks.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { patternSource, silentSource } from './sources.ts';

const mebibyte = 1 << 20;
const dayMs = 24 * 3_600_000;

test('erase removes the directories that it emptied, and no others', async () => {
  await using directory = await temporaryDirectory('store');
  const store = openObjectStore({ objectStore: directory.path });
  await store.writeBytes('tenants/a/jobs/1/request.json', Buffer.from('{}'));
  await store.writeBytes('tenants/a/jobs/1/input/t1w.nii', Buffer.from('x'));
  await store.writeBytes('tenants/b/jobs/2/request.json', Buffer.from('{}'));
  await store.erase('tenants/a/jobs/1/');
  assert.deepEqual(await readdir(join(directory.path, 'tenants')), ['b']);
  await store.erase('');
  assert.deepEqual(await readdir(directory.path), ['.unfinished']);
});

test('a writer and an eraser of the same directory do not disturb each other', async () => {
  await using directory = await temporaryDirectory('store');
  const store = openObjectStore({ objectStore: directory.path });
  const writing = Array.from({ length: 50 }, async (_, i) =>
    store.writeBytes(`a/b/c/${i}`, Buffer.from('x')),
  );
  const erasing = Array.from({ length: 50 }, async () => store.erase('a/'));
  await Promise.all([...writing, ...erasing]);
  await store.erase('a/');
  assert.deepEqual(await readdir(directory.path), ['.unfinished']);
});

test('a directory that comes and goes all the time disturbs none of its writers', async () => {
  await using directory = await temporaryDirectory('store');
  const store = openObjectStore({ objectStore: directory.path });
  const comeAndGo = async (writer: number) => {
    for (let i = 0; i < 200; i++) {
      const key = `tenants/t/erasures/${writer}.json`;
      await store.writeBytes(key, Buffer.of(1));
      await store.erase(key);
    }
  };
  await Promise.all(Array.from({ length: 8 }, async (_, writer) => comeAndGo(writer)));
  assert.deepEqual(await readdir(directory.path), ['.unfinished']);
});

test('erasers of neighbouring directories do not disturb each other', async () => {
  await using directory = await temporaryDirectory('store');
  const store = openObjectStore({ objectStore: directory.path });
  for (let round = 0; round < 20; round++) {
    const jobs = Array.from({ length: 8 }, (_, job) => `tenants/a/jobs/${job}/`);
    await Promise.all(jobs.map(async (job) => store.writeBytes(`${job}input/t1w.nii`, Buffer.from('x'))));
    await Promise.all(jobs.map(async (job) => store.erase(job)));
  }
  assert.deepEqual(await readdir(directory.path), ['.unfinished']);
});

test('a location that is no directory is an error that says what to do', async () => {
  await using directory = await temporaryDirectory('store');
  const path = join(directory.path, 'file');
  await writeFile(path, 'not a directory');
  const store = openObjectStore({ objectStore: path });
  const unusable = {
    codeName: 'STORE_UNAVAILABLE',
    message:
      `directory ${path}: the object store cannot be read or written (received ENOTDIR); ` +
      'make it a directory of a file system that works',
  };
  await assert.rejects(store.check(), unusable);
  const { stream } = patternSource(mebibyte);
  await assert.rejects(store.write('key', stream), unusable);
  assert.ok(stream.destroyed);
});

test('check removes what a process left unfinished a day ago, and nothing younger', async () => {
  await using directory = await temporaryDirectory('store');
  const store = openObjectStore({ objectStore: directory.path });
  await store.check();
  const unfinished = join(directory.path, '.unfinished');
  await writeFile(join(unfinished, 'young'), 'x');
  await writeFile(join(unfinished, 'old'), 'x');
  const before = new Date(Date.now() - dayMs - 1_000);
  await utimes(join(unfinished, 'old'), before, before);
  await store.check();
  assert.deepEqual(await readdir(unfinished), ['young']);
});

test(
  'writes and reads that are aborted leave no file open',
  leakingNothing(async () => {
    await using directory = await temporaryDirectory('store');
    const store = openObjectStore({ objectStore: directory.path });
    const cancel = new AbortController();
    const source = silentSource(mebibyte, () => cancel.abort());
    await assert.rejects(store.write('aborted', source, { signal: cancel.signal }), { name: 'AbortError' });
    await store.write('large', patternSource(20 * mebibyte).stream);
    const read = await store.read('large');
    read?.stream.destroy();
    await assert.rejects(store.readBytes('large', 1), { codeName: 'INTERNAL' });
  }),
);
