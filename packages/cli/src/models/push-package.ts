import { Readable } from 'node:stream';
import { type ObjectStore, openObjectStore } from '@hepastage/platform';
import { ErrorCode, HepastageError, type ModelFile } from '@hepastage/proto';
import { loadModelPackage } from '@hepastage/staging';
import { describedContent } from './described-content.ts';
import { invalidStored, manifestName, readManifest, type StoredManifest } from './package-manifest.ts';

export interface PushedPackage {
  readonly stored: StoredManifest;
  /** `repaired`: it lay in the store already, but damaged. */
  readonly outcome: 'pushed' | 'already there' | 'repaired';
}

/**
 * Puts the package in `folder` into `store`, the manifest last: what has one is complete. A package never takes the place of another, because workers may be fetching
 * that one; of the same package, files that are damaged there are written anew. Throws INVALID_MODEL, INVALID_REQUEST, or what the store throws.
 */
export async function pushPackage(folder: string, store: ObjectStore): Promise<PushedPackage> {
  await loadModelPackage(folder);
  const source = openObjectStore({ objectStore: folder });
  const stored = await readManifest(source);
  if (stored === undefined) throw invalidStored(source, { what: `there is no ${manifestName}` });
  const present = await readManifest(store);
  if (present !== undefined) {
    assertSame(stored, present, store);
    const damaged = await damagedFiles(stored.manifest.files, store);
    await copyFiles(damaged, source, store);
    return { stored, outcome: damaged.length === 0 ? 'already there' : 'repaired' };
  }
  await copyFiles(stored.manifest.files, source, store);
  const isOurs = await store.create(manifestName, stored.bytes, { mediaType: 'application/json' });
  // Somebody else may have been faster.
  if (!isOurs) assertSame(stored, (await readManifest(store)) ?? stored, store);
  return { stored, outcome: isOurs ? 'pushed' : 'already there' };
}

async function copyFiles(
  files: readonly ModelFile[],
  source: ObjectStore,
  target: ObjectStore,
): Promise<void> {
  for (const file of files)
    await target.write(file.name, Readable.from(describedContent(source, file), { objectMode: false }));
}

/** Those that are missing in `store`, or are not as the manifest describes them. */
async function damagedFiles(files: readonly ModelFile[], store: ObjectStore): Promise<ModelFile[]> {
  const damaged: ModelFile[] = [];
  for (const file of files) if (!(await isWhole(file, store))) damaged.push(file);
  return damaged;
}

async function isWhole(file: ModelFile, store: ObjectStore): Promise<boolean> {
  try {
    for await (const chunk of describedContent(store, file)) void chunk;
    return true;
  } catch (error) {
    if (HepastageError.from(error).code === ErrorCode.INVALID_MODEL) return false;
    throw error;
  }
}

function assertSame(stored: StoredManifest, present: StoredManifest, store: ObjectStore): void {
  if (present.sha256 === stored.sha256) return;
  const { name, version } = present.manifest;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: `another package lies there: ${name}@${version}`,
    where: store.description,
    expected: `sha256 ${stored.sha256}`,
    received: present.sha256,
    action: 'give each version a prefix of its own',
  });
}
