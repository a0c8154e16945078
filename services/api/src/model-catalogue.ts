import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '@hepastage/platform';
import {
  decodeText,
  ErrorCode,
  HepastageError,
  type ModelManifest,
  ModelManifest_Kind,
  ModelManifestSchema,
} from '@hepastage/proto';

const manifestFile = 'manifest.json';

/** The manifests of the model packages in `directory`, by name; none if there is no such directory. Throws INVALID_MODEL. */
export async function readModelCatalogue(directory: string): Promise<ModelManifest[]> {
  const manifests: ModelManifest[] = [];
  for (const folder of (await foldersOf(directory)).toSorted()) {
    const file = join(directory, folder, manifestFile);
    try {
      manifests.push(decodeText(ModelManifestSchema, await readFile(file, 'utf8')));
    } catch (cause) {
      throw new HepastageError(ErrorCode.INVALID_MODEL, {
        what: 'the manifest cannot be read',
        where: join(folder, manifestFile),
        action: 'rebuild the model package, or take its folder away',
        cause,
      });
    }
  }
  return manifests;
}

/** Those that stage studies. Models of other kinds only speak beside them, and can't be asked for. */
export function stagingModels(models: readonly ModelManifest[]): ModelManifest[] {
  return models.filter(({ kind }) => kind === ModelManifest_Kind.DEEP);
}

/** The model that a client names as `name` or `name@version`. */
export function findModel(models: readonly ModelManifest[], wanted: string): ModelManifest | undefined {
  return stagingModels(models).find(
    ({ name, version }) => wanted === name || wanted === `${name}@${version}`,
  );
}

async function foldersOf(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    // A package that is being fetched lies in a folder that begins with a dot; so do those of Kubernetes' own volumes.
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
