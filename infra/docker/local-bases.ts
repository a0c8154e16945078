/**
 * usage: node infra/docker/local-bases.ts
 *
 * Makes base images out of Debian's packages, for machines that reach no image registry: what builds (a minimal Debian with Node and npm) and what runs (the C and C++
 * libraries, certificates and time zones, nothing that can be called). Needs Debian, root and a Docker engine.
 */
import { chmod, copyFile, glob, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../tests/helpers/run-program.ts';
import { temporaryDirectory } from '../../tests/helpers/temporary-directory.ts';

export const localBases = { build: 'hepastage-local/build', run: 'hepastage-local/run' } as const;

/** npm of the build: the first major version that obeys `allowScripts`. */
const npmVersion = '11.19.1';
/** Of all that Debian has, what Node and ONNX Runtime load. */
const runPackages = ['base-files', 'libc6', 'libgcc-s1', 'libstdc++6', 'ca-certificates', 'tzdata'];
/** Scripts for administrators, and pages for people. */
const leftOut = ['usr/sbin/update-ca-certificates', 'usr/share/man'];
/** Debian's own folders are links into /usr. */
const merged = ['bin', 'lib', 'lib64', 'sbin'];
const nobody = 65_532;

export async function makeLocalBases(): Promise<void> {
  await makeRunBase();
  await makeBuildBase();
}

async function makeRunBase(): Promise<void> {
  await using place = await temporaryDirectory('run-base');
  await using packages = await temporaryDirectory('packages');
  const root = place.path;
  await mkdir(join(root, 'tmp'));
  await chmod(join(root, 'tmp'), 0o1777);
  for (const folder of merged) {
    await mkdir(join(root, 'usr', folder), { recursive: true });
    await symlink(join('usr', folder), join(root, folder));
  }
  await runProgram('apt-get', ['download', ...runPackages], packages.path);
  for (const file of await readdir(packages.path)) await unpack(join(packages.path, file), root);
  for (const path of leftOut) await rm(join(root, path), { recursive: true, force: true });
  await writeAuthorities(root);
  await writeFile(join(root, 'etc/passwd'), passwd());
  await writeFile(join(root, 'etc/group'), `root:x:0:\nnonroot:x:${nobody}:\n`);
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  await importImage(root, localBases.run);
}

/** `dpkg -x` would put folders in the place of our links. What is told of the package is for scanners, where they look in distroless images. */
async function unpack(file: string, root: string): Promise<void> {
  const untar =
    'dpkg --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2" --exclude=./usr/share/man';
  await runProgram('sh', ['-c', untar, 'sh', file, root]);
  const status = join(root, 'var/lib/dpkg/status.d');
  await mkdir(status, { recursive: true });
  const control = await runProgram('dpkg-deb', ['--field', file]);
  const [, name = ''] = /^Package: (\S+)/m.exec(control) ?? [];
  await writeFile(join(status, name), control);
}

/** What Debian's `update-ca-certificates` would make. */
async function writeAuthorities(root: string): Promise<void> {
  const files = await Array.fromAsync(glob('usr/share/ca-certificates/**/*.crt', { cwd: root }));
  const texts = await Promise.all(files.sort().map(async (file) => readFile(join(root, file), 'utf8')));
  await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
  await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), texts.join(''));
}

function passwd(): string {
  return `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${nobody}:${nobody}:nonroot:/tmp:/sbin/nologin\n`;
}

async function makeBuildBase(): Promise<void> {
  await using place = await temporaryDirectory('build-base');
  const root = place.path;
  const [, suite = ''] = /^VERSION_CODENAME=(\w+)/m.exec(await readFile('/etc/os-release', 'utf8')) ?? [];
  await runProgram('debootstrap', ['--variant=minbase', '--include=ca-certificates', suite, root]);
  await copyFile(process.execPath, join(root, 'usr/local/bin/node'));
  await runProgram('npm', [
    'install',
    '--global',
    `--prefix=${join(root, 'usr/local')}`,
    `npm@${npmVersion}`,
  ]);
  await importImage(root, localBases.build);
}

export async function importImage(root: string, name: string, ...changes: string[]): Promise<void> {
  // A temporary folder is its maker's alone; the top folder of an image is everybody's to read.
  await chmod(root, 0o755);
  const tarIn = 'folder=$1; shift; tar -C "$folder" -c . | docker import "$@"';
  const options = changes.map((change) => `--change=${change}`);
  await runProgram('sh', ['-c', tarIn, 'sh', root, ...options, '-', name]);
  console.log(`${name} is made`);
}

if (import.meta.main) await makeLocalBases();
