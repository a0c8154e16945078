import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executeTool } from '../checks/run-tool.ts';
import { type Manifest, readLockfile, readManifests } from '../checks/supply-chain/lockfile.ts';

/** npm takes the name of the bill's subject from its folder. */
const subject = 'hepastage';
/** Workspaces that only run in development. */
const developmentFolders = new Set(['tests']);

/**
 * The CycloneDX bill of materials (JSON) of all that runs in production: our packages and services, and what package-lock.json has for them, on every platform.
 * `npm sbom --omit=dev` leaves out whatever any package.json names as a development dependency, with all below it, even if another one needs it in
 * production (ONNX Runtime). So npm gets to see package.json files that name none, and a lock file without optional peers: those are there for what development needs them for
 * (valibot's TypeScript). Needs no network.
 */
export async function productionSbom(npmArguments: readonly string[] = []): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'hepastage-sbom-'));
  try {
    const folder = join(place, subject);
    await writeProductionManifests(folder);
    const { succeeded, stdout, stderr } = await executeTool(
      'npm',
      [
        'sbom',
        '--sbom-type=application',
        ...npmArguments,
        '--sbom-format=cyclonedx',
        '--package-lock-only',
        '--workspaces',
        `--prefix=${folder}`,
      ],
      folder,
    );
    if (!succeeded) throw new Error(`npm sbom failed: ${stderr}`);
    return stdout;
  } finally {
    await rm(place, { recursive: true });
  }
}

async function writeProductionManifests(folder: string): Promise<void> {
  const manifests = [...(await readManifests())].filter(([path]) => !developmentFolders.has(path));
  const workspaces = manifests.map(([path]) => path).filter((path) => path !== '');
  for (const [path, manifest] of manifests) {
    const { devDependencies: _, ...production }: Manifest = manifest;
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(
      join(folder, path, 'package.json'),
      JSON.stringify(path === '' ? { ...production, workspaces } : production),
    );
  }
  const lockfile = await readLockfile();
  for (const { peerDependencies = {}, peerDependenciesMeta = {} } of Object.values(lockfile.packages)) {
    for (const [name, { optional }] of Object.entries(peerDependenciesMeta))
      if (optional === true) Reflect.deleteProperty(peerDependencies, name);
  }
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lockfile));
}
