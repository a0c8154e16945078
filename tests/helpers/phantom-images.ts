import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** The classic MR images among the files of a study: their class stands in the meta header. */
export async function imagesBelow(folder: string): Promise<Buffer[]> {
  const files = await Promise.all((await filesBelow(folder)).map(async (file) => readFile(file)));
  return files.filter((bytes) => bytes.subarray(0, 512).includes('1.2.840.10008.5.1.4.1.1.4\0'));
}
