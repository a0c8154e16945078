import { type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { systemReason } from './system-reason.ts';

/** Reads a file that the command line names. Throws INVALID_REQUEST where that can't be done. */
export async function readInputFile(path: string): Promise<Buffer<ArrayBuffer>> {
  return await readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

/** Opens a file that the command line names, for streaming its `bytes`. Throws INVALID_REQUEST where that can't be done. */
export async function openInputFile(path: string): Promise<{ handle: FileHandle; bytes: number }> {
  try {
    // Before it is opened: a pipe that nobody writes to can't be.
    const facts = await stat(path);
    if (!facts.isFile()) {
      throw new HepastageError(ErrorCode.INVALID_REQUEST, {
        what: 'the file can’t be sent',
        where: path,
        expected: 'a regular file',
        received: facts.isDirectory() ? 'a folder' : 'a pipe or device',
        action: 'give the path of a file',
      });
    }
    return { handle: await open(path), bytes: facts.size };
  } catch (error) {
    throw error instanceof HepastageError ? error : unreadable(path, error);
  }
}

export function unreadable(path: string, error: unknown): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the file can’t be read',
    where: path,
    received: systemReason(error),
    action: 'check the path',
  });
}
