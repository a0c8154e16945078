import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeText,
  ErrorCode,
  HepastageError,
  type ModelManifest,
  ModelManifestSchema,
} from '@hepastage/proto';

/** The files of a package, which are those that its manifest describes. */
export interface PackageFiles {
  readonly folder: string;
  readonly manifest: ModelManifest;
  /** SHA-256 of manifest.json, lower-case hexadecimal: it covers the digests of all other files. */
  readonly sha256: string;
  /** A file's bytes. Throws INVALID_MODEL where the manifest does not list it. */
  readonly file: (name: string) => Uint8Array;
}

/** Reads all files of the package in `folder` and verifies their digests. Throws INVALID_MODEL that names the file. */
export async function readPackageFiles(folder: string): Promise<PackageFiles> {
  const manifestBytes = await readPackageFile(folder, 'manifest.json');
  const manifest = parseManifest(manifestBytes, folder);
  const files = new Map<string, Uint8Array>();
  for (const { name, sha256 } of manifest.files) {
    const bytes = await readPackageFile(folder, name);
    const received = digest(bytes);
    if (received !== sha256) {
      throw invalidPackage(folder, {
        what: `${name} is not the file that the manifest describes`,
        expected: `sha256 ${sha256}`,
        received,
      });
    }
    files.set(name, bytes);
  }
  return {
    folder,
    manifest,
    sha256: digest(manifestBytes),
    file: (name) => {
      const bytes = files.get(name);
      if (bytes !== undefined) return bytes;
      throw invalidPackage(folder, { what: `the manifest uses ${name} but does not list it under files` });
    },
  };
}

/** INVALID_MODEL at a package. */
export function invalidPackage(
  folder: string,
  details: {
    readonly what: string;
    readonly expected?: string;
    readonly received?: string;
    readonly cause?: unknown;
  },
): HepastageError {
  return new HepastageError(ErrorCode.INVALID_MODEL, {
    where: `model package ${folder}`,
    action: 'fetch or build the package again',
    ...details,
  });
}

function parseManifest(bytes: Uint8Array, folder: string): ModelManifest {
  try {
    return decodeText(ModelManifestSchema, new TextDecoder().decode(bytes));
  } catch (cause) {
    throw invalidPackage(folder, { what: 'manifest.json is not a ModelManifest', cause });
  }
}

async function readPackageFile(folder: string, name: string): Promise<Uint8Array> {
  if (/[/\\]|^\./.test(name))
    throw invalidPackage(folder, { what: `${JSON.stringify(name)} is not a plain file name` });
  try {
    return await readFile(join(folder, name));
  } catch (cause) {
    throw invalidPackage(folder, { what: `${name} can't be read`, cause });
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
