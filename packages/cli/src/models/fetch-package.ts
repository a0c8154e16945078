import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { loadModelPackage } from '@hepastage/staging';
import { describedContent } from './described-content.ts';
import {
  invalidStored,
  manifestName,
  readManifest,
  sha256Of,
  type StoredManifest,
} from './package-manifest.ts';
import { replaceFolder } from './replace-folder.ts';

export interface FetchOptions {
  /** The API needs to know of a model, not to run it. */
  readonly manifestOnly: boolean;
  /** SHA-256 of the manifest that it must be. */
  readonly expectedSha256: string | undefined;
}

export interface FetchedPackage {
  readonly stored: StoredManifest;
  /** It lay in the folder already, whole. */
  readonly wasThere: boolean;
}

/**
 * Brings the package at the root of `store` into `folder`, verified as a worker verifies it. The folder is there complete or not at all, and stays as it is where it
 * holds the same package. Throws INVALID_MODEL, INVALID_REQUEST, or what the store throws.
 */
export async function fetchPackage(
  store: ObjectStore,
  folder: string,
  { manifestOnly, expectedSha256 }: FetchOptions,
): Promise<FetchedPackage> {
  const stored = await readManifest(store);
  if (stored === undefined) throw invalidStored(store, { what: `there is no ${manifestName}` });
  if (expectedSha256 !== undefined && stored.sha256 !== expectedSha256) {
    throw invalidStored(store, {
      what: 'it is another package than the one that was asked for',
      expected: `sha256 ${expectedSha256}`,
      received: stored.sha256,
    });
  }
  if (await holds(folder, stored, manifestOnly)) return { stored, wasThere: true };
  await replaceFolder(folder, async (path) => {
    await writeFile(path, manifestName, [stored.bytes]);
    if (manifestOnly) return;
    for (const file of stored.manifest.files) await writeFile(path, file.name, describedContent(store, file));
    await assertLoads(path, store);
  });
  return { stored, wasThere: false };
}

/** Whether `folder` holds that very package, whole. */
async function holds(folder: string, { sha256 }: StoredManifest, manifestOnly: boolean): Promise<boolean> {
  const manifest = await readFile(join(folder, manifestName)).catch(() => undefined);
  if (manifest === undefined || sha256Of(manifest) !== sha256) return false;
  if (manifestOnly) return true;
  try {
    await loadModelPackage(folder);
    return true;
  } catch (error) {
    // It is damaged: it is fetched again.
    if (HepastageError.from(error).code === ErrorCode.INVALID_MODEL) return false;
    throw error;
  }
}

/** On the disk when it returns. */
async function writeFile(
  folder: string,
  name: string,
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  await pipeline(content, createWriteStream(join(folder, name), { flags: 'wx', flush: true }));
}

async function assertLoads(folder: string, store: ObjectStore): Promise<void> {
  try {
    await loadModelPackage(folder);
  } catch (error) {
    // Where it lies now is gone when anybody reads of it.
    throw HepastageError.from(error).at(store.description);
  }
}
