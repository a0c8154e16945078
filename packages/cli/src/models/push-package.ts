import { Readable } from 'node:stream';
import { type ObjectStore, openObjectStore } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { loadModelPackage } from '@hepastage/staging';
import { describedContent } from './described-content.ts';
import { invalidStored, manifestName, readManifest, type StoredManifest } from './package-manifest.ts';

export interface PushedPackage {
  readonly stored: StoredManifest;
  /** It lay in the store already. */
  readonly wasThere: boolean;
}

/**
 * Puts the package in `folder` into `store`, the manifest last: what has one is complete. A package never takes the place of another, because workers may be fetching
 * that one. Throws INVALID_MODEL, INVALID_REQUEST, or what the store throws.
 */
export async function pushPackage(folder: string, store: ObjectStore): Promise<PushedPackage> {
  await loadModelPackage(folder);
  const source = openObjectStore({ objectStore: folder });
  const stored = await readManifest(source);
  if (stored === undefined) throw invalidStored(source, { what: `there is no ${manifestName}` });
  const present = await readManifest(store);
  if (present !== undefined) return alreadyThere(stored, present, store);
  for (const file of stored.manifest.files)
    await store.write(file.name, Readable.from(describedContent(source, file), { objectMode: false }));
  const isOurs = await store.create(manifestName, stored.bytes, { mediaType: 'application/json' });
  if (isOurs) return { stored, wasThere: false };
  // Somebody else was faster.
  return alreadyThere(stored, (await readManifest(store)) ?? stored, store);
}

function alreadyThere(stored: StoredManifest, present: StoredManifest, store: ObjectStore): PushedPackage {
  if (present.sha256 === stored.sha256) return { stored, wasThere: true };
  const { name, version } = present.manifest;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: `another package lies there: ${name}@${version}`,
    where: store.description,
    expected: `sha256 ${stored.sha256}`,
    received: present.sha256,
    action: 'give each version a prefix of its own',
  });
}
