import { createHash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './temporary-directory.ts';

const shippedModel = fileURLToPath(new URL('../../models/phantom-light', import.meta.url));

/** A copy of the shipped model package, whose files the test may alter. */
export interface AlteredModel extends AsyncDisposable {
  readonly path: string;
  /** Rewrites a file. With `resealed`, the manifest then describes the new one, as if it had always been so. */
  alter(
    name: string,
    change: (bytes: Buffer) => Uint8Array | Promise<Uint8Array>,
    resealed?: boolean,
  ): Promise<void>;
}

export async function copyOfModel(): Promise<AlteredModel> {
  const folder = await temporaryDirectory('model');
  const path = join(folder.path, 'phantom-light');
  await cp(shippedModel, path, { recursive: true });
  return {
    path,
    async alter(name, change, resealed = false) {
      const altered = await change(await readFile(join(path, name)));
      await writeFile(join(path, name), altered);
      if (resealed) await describe(join(path, 'manifest.json'), name, altered);
    },
    [Symbol.asyncDispose]: async () => folder[Symbol.asyncDispose](),
  };
}

async function describe(manifestFile: string, name: string, bytes: Uint8Array): Promise<void> {
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as {
    files: { name: string; bytes: number; sha256: string }[];
  };
  const entry = manifest.files.find((file) => file.name === name);
  if (entry === undefined) throw new Error(`the manifest does not list ${name}`);
  entry.bytes = bytes.length;
  entry.sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeFile(manifestFile, JSON.stringify(manifest));
}
