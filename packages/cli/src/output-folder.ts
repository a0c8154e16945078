import { mkdir } from 'node:fs/promises';
import { getSystemErrorMessage } from 'node:util';
import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Makes the folder that `--out` names, unless it is there. Throws INVALID_REQUEST where that can't be done. */
export async function makeOutputFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the folder can’t be made',
      where: `--out ${path}`,
      received: errno === undefined ? String(error) : getSystemErrorMessage(errno),
      action: 'give a folder that you may write to',
    });
  }
}
