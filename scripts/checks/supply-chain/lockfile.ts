import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from '../../root.ts';

type Requirements = Readonly<Record<string, string>>;

/** What a package asks for, as in its package.json. */
export interface Manifest {
  readonly dependencies?: Requirements;
  readonly devDependencies?: Requirements;
  readonly optionalDependencies?: Requirements;
  readonly peerDependencies?: Requirements;
  /** Of the top folder only: patterns of the folders that are packages, too. */
  readonly workspaces?: readonly string[];
}

/** The top folder's package.json. */
export interface RootManifest extends Manifest {
  readonly workspaces: readonly string[];
  /** Whether a package may run its install script, by name. */
  readonly allowScripts?: Readonly<Record<string, unknown>>;
}

/** An entry of package-lock.json. */
export interface LockedPackage extends Manifest {
  /** Only where it is not the folder's. */
  readonly name?: string;
  readonly version?: string;
  /** Where it came from; npm leaves it out for a registry's package under `omit-lockfile-registry-resolved`. */
  readonly resolved?: string;
  readonly integrity?: string;
  /** A link to a workspace. */
  readonly link?: boolean;
  /** It came in the archive of the package whose folder it lies in. */
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly license?: string;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** package-lock.json of version 3. */
export interface Lockfile {
  /** By folder, relative to the top one, which is ''. */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** A package of somebody else. */
export interface ThirdPartyPackage extends LockedPackage {
  readonly name: string;
  readonly path: string;
}

const modules = 'node_modules/';

/** The packages that are neither the top folder, nor a workspace, nor a link to one. */
export function thirdPartyPackages({ packages }: Lockfile): ThirdPartyPackage[] {
  return Object.entries(packages)
    .filter(([path, { link }]) => isInstalled(path) && link !== true)
    .map(([path, locked]) => ({
      name: path.slice(path.lastIndexOf(modules) + modules.length),
      ...locked,
      path,
    }));
}

/** Whether npm fills the folder; otherwise it is ours. */
export function isInstalled(path: string): boolean {
  return path.includes(modules);
}

export async function readLockfile(): Promise<Lockfile> {
  return readJson('package-lock.json');
}

export async function readRootManifest(): Promise<RootManifest> {
  return readJson('package.json');
}

/** The package.json of the top folder and of every workspace, by folder. */
export async function readManifests(): Promise<Map<string, Manifest>> {
  const { workspaces } = await readRootManifest();
  const files = await Array.fromAsync(
    glob(
      workspaces.map((pattern) => `${pattern}/package.json`),
      { cwd: root },
    ),
  );
  const entries = ['package.json', ...files.sort()].map(async (file): Promise<[string, Manifest]> => [
    file === 'package.json' ? '' : dirname(file),
    await readJson(file),
  ]);
  return new Map(await Promise.all(entries));
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(join(root, file), 'utf8')) as T;
}
