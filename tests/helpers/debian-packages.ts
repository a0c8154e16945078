import { glob, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { installOnce } from './install-once.ts';
import { runProgram } from './run-program.ts';

/** Programs of Debian's, unpacked into a folder of the project. */
export interface UnpackedPackages {
  /** The folder that stands for `/`. */
  readonly root: string;
  /** What their programs need to find their libraries. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Debian packages and what they depend on, as far as this system lacks it, unpacked into `.cache/<name>` the first time. Unpacking, unlike installing, needs no
 * root, starts no system service and changes nothing outside of the project.
 */
export async function debianPackages(name: string, packages: readonly string[]): Promise<UnpackedPackages> {
  const root = await installOnce(name, async (directory) => unpack(packages, directory));
  const libraries = (await Array.fromAsync(glob('usr/lib/*', { cwd: root }))).map((folder) =>
    join(root, folder),
  );
  return { root, environment: { LD_LIBRARY_PATH: libraries.join(delimiter) } };
}

/** Where DCMTK, if it was unpacked and not installed, finds the names of attributes. */
export async function dicomDictionary(root: string): Promise<NodeJS.ProcessEnv> {
  for await (const file of glob('usr/share/libdcmtk*/dicom.dic', { cwd: root })) {
    return { DCMDICTPATH: join(root, file) };
  }
  return {};
}

async function unpack(packages: readonly string[], directory: string): Promise<void> {
  try {
    await runProgram('apt-get', ['download', ...(await missingPackages(packages))], directory);
  } catch (error) {
    throw new Error(`${packages.join(' and ')} could not be downloaded from Debian`, { cause: error });
  }
  await unpackAll(directory);
}

/** Unpacks the packages that lie in `directory`, there. */
export async function unpackAll(directory: string): Promise<void> {
  for (const file of await readdir(directory)) {
    if (file.endsWith('.deb')) await runProgram('dpkg', ['-x', join(directory, file), directory]);
  }
}

async function missingPackages(packages: readonly string[]): Promise<string[]> {
  try {
    return await simulateInstallation(packages);
  } catch {
    // A fresh Debian image has no package lists yet.
    await runProgram('apt-get', ['update']);
    return simulateInstallation(packages);
  }
}

/** What an installation would bring. Packages that the system has already are brought all the same: then nothing depends on how it came by them. */
async function simulateInstallation(packages: readonly string[]): Promise<string[]> {
  const plan = await runProgram('apt-get', [
    'install',
    '--simulate',
    '--reinstall',
    '--no-install-recommends',
    ...packages,
  ]);
  const names = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name!);
  // Without package lists apt leaves out what it can't download, and calls that a success.
  if (!packages.every((name) => names.includes(name)))
    throw new Error(`Debian has no ${packages.join(', ')}`);
  return names;
}
