import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../scripts/root.ts';

/** What an image is made of, as .dockerignore lets it through. */
const patterns = [
  'package.json',
  'package-lock.json',
  'tests/package.json',
  '{proto,packages,services,models}/**/*',
  'infra/docker/{build/*,setup/*,*.Dockerfile,healthcheck.mjs,hepastage}',
];

/** SHA-256 over all sources of the images: the label `hepastage.sources` tells whether an image is of today's. */
export async function sourcesDigest(): Promise<string> {
  const entries = await Array.fromAsync(
    glob(patterns, { cwd: root, withFileTypes: true, exclude: isLeftOut }),
  );
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digest = createHash('sha256');
  for (const file of files.sort()) {
    digest
      .update(file.slice(root.length))
      .update('\0')
      .update(await readFile(file))
      .update('\0');
  }
  return digest.digest('hex');
}

function isLeftOut({ name }: { readonly name: string }): boolean {
  return name === 'node_modules' || name === 'testing' || name.endsWith('.test.ts');
}
