import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackAll } from './debian-packages.ts';
import { installOnce } from './install-once.ts';
import { runProgram } from './run-program.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** What renders a folder: its last argument. */
export type KustomizeCommand = readonly [program: string, ...options: string[]];

/** Debian 12 has none yet. */
const release = 'trixie';

/** Kustomize 5: the one within kubectl, or a program of its own, as far as this system has either; else Debian's, unpacked into `.cache/kustomize`. */
export async function installKustomize(): Promise<KustomizeCommand> {
  if (await isFive('kubectl', ['version', '--client'])) return ['kubectl', 'kustomize'];
  if (await isFive('kustomize', ['version'])) return ['kustomize', 'build'];
  const directory = await installOnce('kustomize', unpackDebianPackage);
  return [join(directory, 'usr/bin/kustomize'), 'build'];
}

async function isFive(program: string, options: readonly string[]): Promise<boolean> {
  // Without one that runs there is none.
  const said = await runProgram(program, options).catch(() => '');
  return /(?:Kustomize Version: |^)v?5\.\d+\.\d+/m.test(said);
}

async function unpackDebianPackage(directory: string): Promise<void> {
  await using lists = await temporaryDirectory('apt');
  const apt = await aptOf(release, lists.path);
  try {
    await runProgram('apt-get', [...apt, 'update']);
    await runProgram('apt-get', [...apt, 'download', 'kustomize'], directory);
  } catch (error) {
    throw new Error('kustomize is missing and could not be downloaded; install kubectl or Kustomize 5', {
      cause: error,
    });
  }
  await unpackAll(directory);
}

/** Options with which apt looks at a release of Debian, at the mirror of this system's own, and leaves this system's lists as they are. */
async function aptOf(codename: string, directory: string): Promise<string[]> {
  const lists = join(directory, 'lists');
  const cache = join(directory, 'cache');
  await mkdir(join(lists, 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives/partial'), { recursive: true });
  const sources = join(directory, 'sources.list');
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  await writeFile(sources, `deb [signed-by=${keys}] ${await debianMirror()} ${codename} main\n`);
  return [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${lists}`,
    `Dir::Cache=${cache}`,
  ].flatMap((option) => ['-o', option]);
}

async function debianMirror(): Promise<string> {
  const targets = await runProgram('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Identifier: Packages',
    'Component: main',
  ]);
  // Of the updates for security the path is another.
  const mirror = targets.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  if (mirror === undefined) throw new Error('apt knows no mirror of Debian');
  return mirror;
}
