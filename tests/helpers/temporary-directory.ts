import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the process, so that nobody takes another test file's folder for a leftover of its own. */
export const temporaryPrefix = `hepastage-${process.pid}-`;

export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
}

/** A new empty folder. `await using` removes it at the end of the scope. */
export async function temporaryDirectory(name: string): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), `${temporaryPrefix}${name}-`));
  return {
    path,
    [Symbol.asyncDispose]: async () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
