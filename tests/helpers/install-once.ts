import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Git-ignored folder of the project for programs that it installs for itself, never for the system. */
const cacheDirectory = join(import.meta.dirname, '../../.cache');

/**
 * The folder `.cache/<name>`, filled by `install` the first time. It is filled under another name and then renamed: processes that
 * install at the same time don't disturb each other, and an installation that broke off leaves nothing half done.
 */
export async function installOnce(
  name: string,
  install: (directory: string) => Promise<void>,
): Promise<string> {
  const directory = join(cacheDirectory, name);
  if (existsSync(directory)) return directory;
  await mkdir(dirname(directory), { recursive: true });
  const unfinished = await mkdtemp(`${directory}.unfinished-`);
  try {
    await install(unfinished);
    await rename(unfinished, directory).catch((error: unknown) => {
      // Another process was faster.
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return directory;
}
