import { rename, rm, symlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** A link to itself stands where the file was: no user can open it, not even root. */
export async function makeUnreadable(path: string): Promise<void> {
  await rename(path, `${path}.away`);
  await symlink(basename(path), path);
}

export async function makeReadable(path: string): Promise<void> {
  await rm(path);
  await rename(`${path}.away`, path);
}
