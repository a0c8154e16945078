/**
 * usage: node infra/docker/build-images.ts [--build-base IMAGE@sha256:… --base IMAGE@sha256:… [--cuda-base IMAGE@sha256:…]] [--tag TAG] [--sboms FOLDER]
 *
 * Builds hepastage-api and hepastage-worker, and with --cuda-base hepastage-worker-cuda. Without bases they are made of Debian's packages (local-bases.ts), and what is built
 * stays on this machine.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/root.ts';
import { runVisibly } from '../../scripts/run-visibly.ts';
import { runProgram } from '../../tests/helpers/run-program.ts';
import { temporaryDirectory } from '../../tests/helpers/temporary-directory.ts';
import { localBases, makeLocalBases } from './local-bases.ts';
import { sourcesDigest } from './sources-digest.ts';

export interface Bases {
  readonly buildBase: string;
  readonly base: string;
  readonly cudaBase?: string | undefined;
  readonly isPinned: boolean;
}

interface Image {
  readonly name: string;
  readonly dockerfile: string;
  readonly target?: string;
}

const images: readonly Image[] = [
  { name: 'hepastage-api', dockerfile: 'api.Dockerfile' },
  { name: 'hepastage-worker', dockerfile: 'worker.Dockerfile', target: 'cpu' },
];
const cudaImage: Image = {
  name: 'hepastage-worker-cuda',
  dockerfile: 'worker.Dockerfile',
  target: 'cuda',
};

/** Builds every image that the bases allow for, as NAME:TAG. Throws if one does not build. */
export async function buildImages(bases: Bases, tag: string, sbomFolder?: string): Promise<void> {
  const common = [
    ...(await buildArguments(bases)),
    ...secrets(),
    // As this machine reaches its registry.
    '--network=host',
  ];
  for (const image of bases.cudaBase === undefined ? images : [...images, cudaImage]) {
    // Asked for first, because a label can only have what is known before the image is built. The second build takes all of it from the cache, and fails if it made another bill.
    const sbom = await makeSbom(image, common, sbomFolder);
    await build(image, [
      ...common,
      `--build-arg=SBOM_SHA256=${sbom}`,
      ...(image.target === undefined ? [] : [`--target=${image.target}`]),
      `--tag=${image.name}:${tag}`,
    ]);
  }
}

/** The bases of Debian's packages, made where they are missing. */
export async function ownBases(): Promise<Bases> {
  if (!(await imageExists(localBases.build)) || !(await imageExists(localBases.run))) await makeLocalBases();
  return { buildBase: localBases.build, base: localBases.run, isPinned: false };
}

async function imageExists(name: string): Promise<boolean> {
  return runProgram('docker', ['image', 'inspect', name]).then(
    () => true,
    () => false,
  );
}

async function buildArguments({ buildBase, base, cudaBase, isPinned }: Bases): Promise<string[]> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const values = {
    BUILD_BASE: buildBase,
    BASE: base,
    ...(cudaBase === undefined ? {} : { CUDA_BASE: cudaBase }),
    ALLOW_UNPINNED: isPinned ? '0' : '1',
    VERSION: version,
    REVISION: await revision(),
    SOURCES: await sourcesDigest(),
  };
  return Object.entries(values).map(([name, value]) => `--build-arg=${name}=${value}`);
}

/** The commit; `unknown` outside of a repository. */
async function revision(): Promise<string> {
  const said = await runProgram('git', ['rev-parse', 'HEAD'], root).catch(() => 'unknown');
  return said.trim();
}

/** What npm needs on this machine and no image may keep. */
function secrets(): string[] {
  const files = {
    npmrc: process.env['NPM_CONFIG_USERCONFIG'] ?? join(homedir(), '.npmrc'),
    ca: process.env['NODE_EXTRA_CA_CERTS'] ?? '',
  };
  return Object.entries(files)
    .filter(([, file]) => existsSync(file))
    .map(([id, file]) => `--secret=id=${id},src=${file}`);
}

/** The SHA-256 of the image's bill of materials, which also goes to `folder`. */
async function makeSbom(
  image: Image,
  common: readonly string[],
  folder: string | undefined,
): Promise<string> {
  await using place = await temporaryDirectory('sbom');
  await build(image, [...common, '--target=sbom', `--output=type=local,dest=${place.path}`]);
  const file = join(place.path, 'sbom.cdx.json');
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    await copyFile(file, join(folder, `${image.name}.cdx.json`));
  }
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

async function build({ name, dockerfile }: Image, options: readonly string[]): Promise<void> {
  const file = `--file=${join('infra/docker', dockerfile)}`;
  // Engines before 23 have to be told; the Dockerfiles need BuildKit for their secrets and caches.
  const code = await runVisibly('env', ['DOCKER_BUILDKIT=1', 'docker', 'build', file, ...options, '.']);
  if (code !== 0) throw new Error(`${name} was not built: docker ended with ${code}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'build-base': { type: 'string' },
      base: { type: 'string' },
      'cuda-base': { type: 'string' },
      tag: { type: 'string', default: 'local' },
      sboms: { type: 'string' },
    },
  });
  const { 'build-base': buildBase, base, 'cuda-base': cudaBase } = values;
  if ((buildBase === undefined) !== (base === undefined)) throw new Error('name both bases, or neither');
  const bases =
    buildBase !== undefined && base !== undefined ? { buildBase, base, isPinned: true } : await ownBases();
  await buildImages({ ...bases, cudaBase }, values.tag, values.sboms);
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
