import { mkdir } from 'node:fs/promises';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { systemReason } from './system-reason.ts';

/** Makes the folder that `--out` names, unless it is there. Throws INVALID_REQUEST where that can't be done. */
export async function makeOutputFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the folder can’t be made',
      where: `--out ${path}`,
      received: systemReason(error),
      action: 'give a folder that you may write to',
    });
  }
}
