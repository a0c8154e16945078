import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { unreadable } from '../input-file.ts';

/**
 * The regular files of a folder and of those below it, sorted by path. Symbolic links are not followed: they lead elsewhere, or in circles. Throws
 * TOO_MANY_FILES (folders count too), INVALID_REQUEST.
 */
export async function filesBelow(folder: string, filesMax: number): Promise<string[]> {
  const files: string[] = [];
  const folders = [folder];
  let seen = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for await (const entry of entriesOf(next)) {
      seen += 1;
      if (seen > filesMax) throw tooManyFiles(filesMax);
      if (entry.isDirectory()) folders.push(join(next, entry.name));
      else if (entry.isFile()) files.push(join(next, entry.name));
    }
  }
  return files.sort();
}

async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder);
  } catch (error) {
    throw unreadable(folder, error);
  }
}

function tooManyFiles(filesMax: number): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_FILES, {
    what: 'the folder has too many files',
    expected: `at most ${filesMax}`,
    action: 'give the folder of one study, or set HEPASTAGE_FILES_MAX',
  });
}
