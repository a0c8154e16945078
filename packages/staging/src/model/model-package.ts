import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeText,
  ErrorCode,
  HepastageError,
  type ModelManifest,
  ModelManifest_Kind,
  ModelManifestSchema,
} from '@hepastage/proto';
import { type GoldenCase, parseGoldenCase } from './golden-case.ts';

/** A model package whose files are all there and unaltered. */
export interface ModelPackage {
  readonly manifest: ModelManifest;
  /** SHA-256 of manifest.json, lower-case hexadecimal: it covers the digests of all other files. */
  readonly sha256: string;
  /** ONNX graphs by file name. */
  readonly graphs: ReadonlyMap<string, Uint8Array>;
  readonly golden: GoldenCase;
}

/** Reads and verifies the package in `folder`. Throws INVALID_MODEL that names the file. */
export async function loadModelPackage(folder: string): Promise<ModelPackage> {
  const manifestBytes = await readPackageFile(folder, 'manifest.json');
  const manifest = parseManifest(manifestBytes, folder);
  const files = new Map<string, Uint8Array>();
  for (const { name, sha256 } of manifest.files) {
    const bytes = await readPackageFile(folder, name);
    const found = digest(bytes);
    if (found !== sha256) {
      throw invalid(folder, `${name} is not the file that the manifest describes`, `sha256 ${sha256}`, found);
    }
    files.set(name, bytes);
  }
  const file = (name: string): Uint8Array => {
    const bytes = files.get(name);
    if (bytes === undefined)
      throw invalid(folder, `the manifest uses ${name} but does not list it under files`);
    return bytes;
  };
  const graphNames = [manifest.stager, ...manifest.sequences.map(({ encoder }) => encoder)];
  return {
    manifest,
    sha256: digest(manifestBytes),
    graphs: new Map(graphNames.map((name) => [name, file(name)])),
    golden: parseGoldenCase(new TextDecoder().decode(file(manifest.golden))),
  };
}

function parseManifest(bytes: Uint8Array, folder: string): ModelManifest {
  let manifest: ModelManifest;
  try {
    manifest = decodeText(ModelManifestSchema, new TextDecoder().decode(bytes));
  } catch (cause) {
    throw invalid(folder, 'manifest.json is not a ModelManifest', undefined, undefined, cause);
  }
  if (manifest.kind !== ModelManifest_Kind.DEEP) {
    throw invalid(folder, 'this version serves no model of that kind', 'DEEP', String(manifest.kind));
  }
  if (
    manifest.stages.length < 2 ||
    manifest.sequences.some(({ preprocessing }) => preprocessing === undefined)
  ) {
    throw invalid(folder, 'manifest.json lacks stages or a sequence lacks its preprocessing');
  }
  return manifest;
}

async function readPackageFile(folder: string, name: string): Promise<Uint8Array> {
  if (/[/\\]|^\./.test(name)) throw invalid(folder, `${JSON.stringify(name)} is not a plain file name`);
  try {
    return await readFile(join(folder, name));
  } catch (cause) {
    throw invalid(folder, `${name} can't be read`, undefined, undefined, cause);
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function invalid(
  folder: string,
  what: string,
  expected?: string,
  received?: string,
  cause?: unknown,
): HepastageError {
  return new HepastageError(ErrorCode.INVALID_MODEL, {
    what,
    where: `model package ${folder}`,
    ...(expected === undefined ? {} : { expected }),
    ...(received === undefined ? {} : { received }),
    action: 'fetch or build the package again',
    cause,
  });
}
