import { mkdir, open, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from './error-code.ts';

/**
 * Makes what was created, renamed or removed in `directory` survive a loss of power. If somebody else removed the directory in the meantime there is
 * nothing of it to keep, and its removal is theirs to make durable.
 */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
  });
  if (handle === undefined) return;
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Creates `directory` and what is missing above it. Each new name is on the disk when this returns. */
export async function createDirectory(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

/** Removes `directory` if it is empty, and so on above it, up to `root` exclusively. */
export async function removeEmptyDirectories(directory: string, root: string): Promise<void> {
  let path = directory;
  for (; path !== root; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) break;
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
  await syncDirectory(path);
}
