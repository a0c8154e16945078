import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, link, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { createDirectory, removeEmptyDirectories, syncDirectory } from './durable-directory.ts';
import { hasCode } from './error-code.ts';
import { assertKeyPrefix, assertObjectKey } from './object-key.ts';
import type { ListedObject, ObjectStore, StoredObject, WriteOptions } from './object-store.ts';
import { guarded, type OpenObject, readWhole } from './read-object.ts';
import { storeDenied, storeFull, storeUnavailable } from './store-error.ts';

/** Files that are being written. No key begins with a dot, and a rename within one file system is atomic. */
const unfinishedName = '.unfinished';
/** A file that nobody finished for so long is a leftover of a process that died, ms. */
const unfinishedAgeMsMax = 24 * 3_600_000;
/** Bytes per read. */
const readBytes = 1 << 20;

/** Objects as files below one directory, each at the path of its key. Several processes may share it; a network file system must have atomic renames. */
export class DirectoryStore implements ObjectStore {
  readonly description: string;
  readonly #root: string;
  readonly #unfinished: string;

  constructor(directory: string) {
    this.#root = resolve(directory);
    this.#unfinished = join(this.#root, unfinishedName);
    this.description = `directory ${this.#root}`;
  }

  async write(key: string, source: Readable, { signal }: WriteOptions = {}): Promise<StoredObject> {
    // A source that fails before it is read from must not end the process: reading it throws the same error.
    source.on('error', () => undefined);
    const unfinished = join(this.#unfinished, randomUUID());
    try {
      assertObjectKey(key);
      if (signal !== undefined) addAbortSignal(signal, source);
      const bytes = await this.#writeFile(unfinished, source);
      signal?.throwIfAborted();
      await this.#answered(this.#publish(unfinished, key));
      return { key, bytes };
    } finally {
      source.destroy();
      await this.#answered(rm(unfinished, { force: true }));
    }
  }

  async writeBytes(key: string, bytes: Uint8Array, options?: WriteOptions): Promise<StoredObject> {
    return this.write(key, Readable.from([bytes]), options);
  }

  async create(key: string, bytes: Uint8Array, { signal }: WriteOptions = {}): Promise<boolean> {
    assertObjectKey(key);
    signal?.throwIfAborted();
    const unfinished = join(this.#unfinished, randomUUID());
    try {
      await this.#writeFile(unfinished, Readable.from([bytes]));
      return await this.#answered(this.#publishNew(unfinished, key));
    } finally {
      await this.#answered(rm(unfinished, { force: true }));
    }
  }

  async read(key: string, signal?: AbortSignal): Promise<OpenObject | undefined> {
    assertObjectKey(key);
    signal?.throwIfAborted();
    const file = await this.#answered(openFile(this.#path(key)));
    if (file === undefined) return undefined;
    const stream = createReadStream('', { fd: file.handle, highWaterMark: readBytes });
    return { bytes: file.bytes, stream: guarded(stream, (error) => this.#unavailable(error), signal) };
  }

  async readBytes(key: string, bytesMax: number, signal?: AbortSignal) {
    const object = await this.read(key, signal);
    return object && readWhole(key, object, bytesMax);
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    assertKeyPrefix(prefix);
    yield* this.#walk(prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix);
  }

  async *folders(folder: string): AsyncGenerator<string> {
    assertKeyPrefix(folder);
    for (const name of await this.#answered(sortedNames(this.#path(folder)))) {
      if (name.endsWith('/')) yield name.slice(0, -1);
    }
  }

  async erase(prefix: string): Promise<void> {
    const directories = new Set<string>();
    for await (const { key } of this.list(prefix)) {
      const path = this.#path(key);
      await this.#answered(rm(path, { force: true }));
      directories.add(dirname(path));
    }
    for (const directory of directories) {
      await this.#answered(removeEmptyDirectories(directory, this.#root));
    }
  }

  async check(): Promise<void> {
    await this.#answered(createDirectory(this.#unfinished));
    const probe = join(this.#unfinished, randomUUID());
    await this.#writeFile(probe, Readable.from([Buffer.of(0)]));
    await this.#answered(rm(probe));
    await this.#answered(this.#removeLeftovers());
  }

  async close(): Promise<void> {
    // Nothing stays open between calls.
  }

  #path(key: string): string {
    return join(this.#root, key);
  }

  /** Writes all of `source` to a new file and returns the number of bytes, once they are on the disk. */
  async #writeFile(path: string, source: Readable): Promise<number> {
    const handle = await this.#answered(createFile(path));
    try {
      let bytes = 0;
      for await (const chunk of source as AsyncIterable<Uint8Array>) {
        await this.#answered(handle.writeFile(chunk));
        bytes += chunk.byteLength;
      }
      await this.#answered(handle.sync());
      return bytes;
    } finally {
      await this.#answered(handle.close());
    }
  }

  /** Moves a finished file to its key, where it appears at once and as a whole. */
  async #publish(unfinished: string, key: string): Promise<void> {
    await this.#inDirectoryOf(key, unfinished, async (path) => rename(unfinished, path));
  }

  /** The same where there is no such key yet; false where there is. (Unlike a rename, a link never replaces.) */
  async #publishNew(unfinished: string, key: string): Promise<boolean> {
    try {
      await this.#inDirectoryOf(key, unfinished, async (path) => link(unfinished, path));
      return true;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      return false;
    }
  }

  async #inDirectoryOf(
    key: string,
    unfinished: string,
    publish: (path: string) => Promise<void>,
  ): Promise<void> {
    const path = this.#path(key);
    for (;;) {
      try {
        await createDirectory(dirname(path));
        await publish(path);
        await syncDirectory(dirname(path));
        return;
      } catch (error) {
        // `erase` removed the directory, still empty, between two steps (mkdir says ENOTDIR, too, when it is gone in the middle); unless it is the file that is gone.
        if (!hasCode(error, 'ENOENT', 'ENOTDIR') || (await isBelowFile(path, this.#root))) throw error;
        await stat(unfinished);
      }
    }
  }

  /** The objects below the directory `base`, an empty string or a key with its slash, as far as they begin with `prefix`. */
  async *#walk(base: string, prefix: string): AsyncGenerator<ListedObject> {
    for (const name of await this.#answered(sortedNames(this.#path(base)))) {
      const key = base + name;
      if (key.endsWith('/')) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.#walk(key, prefix);
      } else if (key.startsWith(prefix)) {
        const file = await this.#answered(stat(this.#path(key)).catch(absent));
        if (file !== undefined) yield { key, bytes: file.size, modifiedAt: file.mtime };
      }
    }
  }

  async #removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.#unfinished)) {
      const path = join(this.#unfinished, name);
      const written = (await stat(path).catch(absent))?.mtimeMs ?? Date.now();
      if (Date.now() - written > unfinishedAgeMsMax) await rm(path, { force: true });
    }
  }

  async #answered<T>(operation: Promise<T>): Promise<T> {
    try {
      return await operation;
    } catch (error) {
      throw this.#unavailable(error);
    }
  }

  #unavailable(error: unknown) {
    if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
      return storeFull({
        what: 'the disk is full',
        where: this.description,
        action: 'free some space',
        cause: error,
      });
    }
    if (hasCode(error, 'EACCES', 'EPERM', 'EROFS')) {
      return storeDenied({
        what: 'the service may not read or write the object store',
        where: this.description,
        received: String((error as NodeJS.ErrnoException).code),
        action: 'make it a directory that the service may write to',
        cause: error,
      });
    }
    return storeUnavailable({
      what: 'the object store cannot be read or written',
      where: this.description,
      received: String((error as NodeJS.ErrnoException).code),
      action: 'make it a directory of a file system that works',
      cause: error,
    });
  }
}

/** An error that only says that there is no such file counts as no answer. */
function absent(error: unknown): undefined {
  // A key below another key that is a file is absent as well.
  if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
}

/** Whether something above `path`, up to `root`, is a file. */
async function isBelowFile(path: string, root: string): Promise<boolean> {
  for (let above = dirname(path); above !== root; above = dirname(above)) {
    const found = await stat(above).catch(absent);
    if (found !== undefined) return !found.isDirectory();
  }
  return false;
}

async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    await createDirectory(dirname(path));
    return open(path, 'wx');
  }
}

async function openFile(path: string): Promise<{ handle: FileHandle; bytes: number } | undefined> {
  const handle = await open(path, 'r').catch(absent);
  const file = await handle?.stat();
  if (file?.isFile()) return { handle: handle!, bytes: file.size };
  await handle?.close();
  return undefined;
}

/** The files and, with a slash, the directories in `directory`, in the order of the keys that they stand for. */
async function sortedNames(directory: string): Promise<string[]> {
  const entries = (await readdir(directory, { withFileTypes: true }).catch(absent)) ?? [];
  return entries
    .filter(({ name }) => name !== unfinishedName)
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
}
