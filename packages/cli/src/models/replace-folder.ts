import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { hasCode, syncDirectory } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { systemReason } from '../system-reason.ts';
import { manifestName } from './package-manifest.ts';

/** What nobody has finished for so long is a leftover of a process that died, ms. */
const leftoverAgeMsMin = 3_600_000;

/**
 * Fills a new folder beside `folder` and puts it in the place of that one: whoever looks at `folder` finds all of the old package, nothing, or all of the new one.
 * Throws INVALID_REQUEST where the folder holds something else than a model package, or can't be written.
 */
export async function replaceFolder(folder: string, fill: (path: string) => Promise<void>): Promise<void> {
  const path = resolve(folder);
  // Begins with a dot: the API takes no such folder for a model.
  const beside = join(dirname(path), `.${basename(path)}.unfinished-`);
  const unfinished = beside + randomUUID();
  try {
    await assertReplaceable(path);
    await mkdir(dirname(path), { recursive: true });
    await removeLeftovers(beside);
    await mkdir(unfinished);
    await fill(unfinished);
    await syncDirectory(unfinished);
    await publish(unfinished, path, beside + randomUUID());
    await syncDirectory(dirname(path));
  } catch (error) {
    throw error instanceof HepastageError ? error : unwritable(folder, error);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** A wrong path must not cost anybody a folder. */
async function assertReplaceable(path: string): Promise<void> {
  const names = await readdir(path).catch((error: unknown): string[] => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  if (names.length === 0 || names.includes(manifestName)) return;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the folder holds something else than a model package',
    where: path,
    action: 'name a folder that is empty or not there yet',
  });
}

/** A rename takes the place of an empty folder, but not of a full one. */
async function publish(unfinished: string, path: string, aside: string): Promise<void> {
  for (;;) {
    try {
      await rename(unfinished, path);
      break;
    } catch (error) {
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
      await rename(path, aside);
    }
  }
  await rm(aside, { recursive: true, force: true });
}

async function removeLeftovers(beside: string): Promise<void> {
  const folder = dirname(beside);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!path.startsWith(beside)) continue;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > leftoverAgeMsMin) await rm(path, { recursive: true, force: true });
  }
}

function unwritable(folder: string, error: unknown): HepastageError {
  const isMountPoint = hasCode(error, 'EBUSY', 'EXDEV', 'EROFS');
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the folder can’t be written',
    where: folder,
    received: systemReason(error),
    action: isMountPoint
      ? 'name a folder below the mounted volume, not the volume itself'
      : 'name a folder that you may write to, on a disk with space',
    cause: error,
  });
}
