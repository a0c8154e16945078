import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openObjectStore } from '@hepastage/platform';
import { leakingNothing } from '../helpers/leaks.ts';
import { runProgram } from '../helpers/run-program.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { patternSource } from './sources.ts';

const mebibyte = 1 << 20;

/** A file system of 1 MiB; undefined where this user may not mount one. */
async function smallDisk(): Promise<(AsyncDisposable & { readonly path: string }) | undefined> {
  const directory = await temporaryDirectory('disk');
  const path = join(directory.path, 'small');
  await mkdir(path);
  try {
    await runProgram('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path]);
  } catch {
    await directory[Symbol.asyncDispose]();
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await unmount(path);
      await rm(path, { recursive: true, force: true });
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** A file that was read to its end is closed a moment later. One that is never closed keeps the disk busy for good. */
async function unmount(path: string): Promise<void> {
  for (let triesLeft = 50; ; triesLeft--) {
    try {
      return void (await runProgram('umount', [path]));
    } catch (error) {
      if (triesLeft === 0) throw error;
      await delay(100);
    }
  }
}

test(
  'a full disk and one that may not be written to are told apart; nothing half is left, and it goes on when there is space',
  leakingNothing(async (t) => {
    await using disk = await smallDisk();
    if (disk === undefined) return t.skip('mounting a small disk needs root');
    const store = openObjectStore({ objectStore: disk.path });
    await store.writeBytes('kept', Buffer.from('kept'));
    const full = { codeName: 'STORE_FULL', message: /the disk is full; free some space/ };
    await assert.rejects(store.write('large', patternSource(2 * mebibyte).stream), full);
    assert.equal(await store.read('large'), undefined);
    await store.writeBytes('half', Buffer.alloc(mebibyte / 2));
    await assert.rejects(store.create('other', Buffer.alloc(mebibyte)), full);
    await store.erase('half');
    assert.equal(await store.create('other', Buffer.alloc(mebibyte / 2)), true);

    await runProgram('mount', ['-o', 'remount,ro', disk.path]);
    const denied = {
      codeName: 'STORE_DENIED',
      message: /EROFS.*make it a directory that the service may write to/,
    };
    await assert.rejects(store.check(), denied);
    await assert.rejects(store.writeBytes('key', Buffer.from('x')), denied);
    assert.equal(String(await store.readBytes('kept', 10)), 'kept');
  }),
);
