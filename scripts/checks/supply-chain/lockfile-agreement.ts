import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { root } from '../../root.ts';
import { type CheckOutcome, outcomeOf } from '../outcome.ts';
import { executeTool } from '../run-tool.ts';
import { isInstalled, type Lockfile, type Manifest, readLockfile, readManifests } from './lockfile.ts';
import { sourceProblems } from './package-sources.ts';

const agreed = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'workspaces',
] as const;

/** Whether package-lock.json belongs to every package.json, is complete, and fixes each package's content. Needs no network. */
export async function checkLockfile(): Promise<CheckOutcome> {
  const lockfile = await readLockfile();
  return outcomeOf([
    ...drift(lockfile, await readManifests()),
    ...(await unmetRequirements(root)),
    ...sourceProblems(lockfile),
  ]);
}

/**
 * Where a package.json asks for something else than it did when the lock file was written. `npm ci --dry-run` does not tell: it takes a lock file
 * that has more than is asked for, and asks the registry about one that has less.
 */
export function drift({ packages }: Lockfile, manifests: ReadonlyMap<string, Manifest>): string[] {
  const changed = [...manifests].flatMap(([folder, manifest]) => {
    const file = join(folder, 'package.json');
    const locked = packages[folder];
    if (locked === undefined) return [`package-lock.json lacks ${file}`];
    return agreed
      .filter((field) => !isDeepStrictEqual(manifest[field] ?? {}, locked[field] ?? {}))
      .map((field) => `${file}: ${field} differ from package-lock.json`);
  });
  const gone = Object.keys(packages).filter((path) => !isInstalled(path) && !manifests.has(path));
  return [...changed, ...gone.map((path) => `package-lock.json has ${path}, which is no workspace`)];
}

/** What a package of the lock file requires but the lock file lacks, or has in another version. */
export async function unmetRequirements(directory: string): Promise<string[]> {
  const { succeeded, stdout, stderr } = await executeTool(
    'npm',
    // Whatever NODE_ENV or a user's settings omit.
    [
      'ls',
      '--package-lock-only',
      '--all',
      '--json',
      ...['dev', 'optional', 'peer'].map((type) => `--include=${type}`),
    ],
    directory,
  );
  const { problems = [] } = JSON.parse(stdout) as { readonly problems?: readonly string[] };
  if (!succeeded && problems.length === 0) throw new Error(`npm ls failed: ${stderr}`);
  // npm names the folder that the package would be installed in.
  return problems.map((problem) => `package-lock.json: ${problem.replaceAll(`${directory}/`, '')}`);
}
