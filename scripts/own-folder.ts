import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** In every folder that was made here: only such a folder may be emptied. */
const marker = '.made-by-hepastage';

/** Makes `folder`, or empties it if it was made here before. Throws where somebody else's files are in it. */
export async function emptyOwnFolder(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.length > 0 && !names.includes(marker)) {
    throw new Error(`${folder} holds files that are not of an earlier run: name a new or an empty folder`);
  }
  for (const name of names) await rm(join(folder, name), { recursive: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, marker), 'The next run deletes everything in this folder.\n');
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
