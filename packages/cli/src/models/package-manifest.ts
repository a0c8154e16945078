import { createHash } from 'node:crypto';
import type { ObjectStore } from '@hepastage/platform';
import {
  decodeText,
  ErrorCode,
  type ErrorDetails,
  HepastageError,
  type ModelFile,
  type ModelManifest,
  ModelManifestSchema,
} from '@hepastage/proto';

export const manifestName = 'manifest.json';

/** Most of a manifest, bytes: the shipped ones have some 10 KiB. */
const manifestBytesMax = 2 ** 20;
/** Most of one file, bytes: a worker reads each whole, and Node reads no more at once. ONNX graphs have the same limit. */
const fileBytesMax = 2 ** 31 - 1;
/** Most of a whole package, bytes: it lies in the memory of a worker, and on the disk of its node. */
const packageBytesMax = 4 * 2 ** 30;
/** What both an object store and every file system take as a name, and what stays in the package's folder. */
const plainName = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$/;

/** The manifest of a package that lies in an object store, as far as it may be believed: its sizes and names are within bounds. */
export interface StoredManifest {
  readonly bytes: Buffer;
  /** SHA-256 of the manifest, lower-case hexadecimal: it covers all other files. */
  readonly sha256: string;
  readonly manifest: ModelManifest;
}

/** The manifest at the root of `store`; undefined where there is none. Throws INVALID_MODEL. */
export async function readManifest(store: ObjectStore): Promise<StoredManifest | undefined> {
  const object = await store.read(manifestName);
  if (object === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of object.stream as AsyncIterable<Uint8Array>) {
    received += chunk.length;
    if (received > manifestBytesMax) {
      const expected = `at most ${manifestBytesMax} bytes`;
      throw invalidStored(store, { what: `${manifestName} is too large`, expected });
    }
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return { bytes, sha256: sha256Of(bytes), manifest: parseManifest(bytes, store) };
}

/** INVALID_MODEL at a package in an object store. */
export function invalidStored(
  store: ObjectStore,
  details: Omit<ErrorDetails, 'where' | 'action'>,
): HepastageError {
  return new HepastageError(ErrorCode.INVALID_MODEL, {
    where: store.description,
    action: 'push the package again, or name another one',
    ...details,
  });
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function parseManifest(bytes: Uint8Array, store: ObjectStore): ModelManifest {
  let manifest: ModelManifest;
  try {
    manifest = decodeText(ModelManifestSchema, new TextDecoder().decode(bytes));
  } catch (cause) {
    throw invalidStored(store, { what: `${manifestName} is not a ModelManifest`, cause });
  }
  assertBounded(manifest.files, store);
  return manifest;
}

function assertBounded(files: readonly ModelFile[], store: ObjectStore): void {
  const names = new Set([manifestName]);
  let total = 0;
  for (const { name, bytes } of files) {
    const quoted = JSON.stringify(name);
    if (!plainName.test(name)) throw invalidStored(store, { what: `${quoted} is not a plain file name` });
    if (names.has(name)) throw invalidStored(store, { what: `${quoted} is listed twice` });
    names.add(name);
    total += bytes;
    if (bytes > fileBytesMax || total > packageBytesMax) {
      throw invalidStored(store, {
        what: `the package is too large, at ${quoted}`,
        expected: `at most ${fileBytesMax} bytes a file and ${packageBytesMax} altogether`,
        received: `${bytes} and ${total}`,
      });
    }
  }
}
