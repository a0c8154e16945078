/**
 * usage: node infra/docker/local-servers.ts
 *
 * Makes images of Redis and SeaweedFS out of the programs that the tests install, for machines that reach no image registry: each has its program, the libraries that it loads, and
 * nothing else. Tests use them with HEPASTAGE_TEST_REDIS_IMAGE and HEPASTAGE_TEST_S3_IMAGE, compose.yaml with REDIS_IMAGE and S3_IMAGE.
 */
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { installRedis } from '../../tests/helpers/install-redis.ts';
import { installSeaweedfs } from '../../tests/helpers/install-seaweedfs.ts';
import { runProgram } from '../../tests/helpers/run-program.ts';
import { temporaryDirectory } from '../../tests/helpers/temporary-directory.ts';
import { importImage } from './local-bases.ts';

const localServers = { redis: 'hepastage-local/redis', s3: 'hepastage-local/seaweedfs' } as const;

export async function makeLocalServers(): Promise<void> {
  const redis = await installRedis();
  const cli = join(dirname(redis.command), 'redis-cli');
  await makeImage(localServers.redis, [redis.command, cli], redis.environment['LD_LIBRARY_PATH']);
  await makeImage(localServers.s3, [await installSeaweedfs()], undefined, 'ENTRYPOINT ["weed"]');
}

async function makeImage(
  image: string,
  programs: readonly string[],
  libraryPath = '',
  ...changes: string[]
): Promise<void> {
  await using place = await temporaryDirectory('server-image');
  const root = place.path;
  for (const folder of ['tmp', 'data', 'etc']) await mkdir(join(root, folder));
  await chmod(join(root, 'tmp'), 0o1777);
  for (const program of programs) {
    await copyInto(root, program, join('/usr/local/bin', basename(program)));
    for (const library of await librariesOf(program, libraryPath)) {
      // Every program names the path of its loader; the other libraries go to where that looks first.
      await copyInto(root, library, isLoader(library) ? library : join('/usr/lib', basename(library)));
    }
  }
  await importImage(root, image, 'ENV PATH=/usr/local/bin', 'ENV LD_LIBRARY_PATH=/usr/lib', ...changes);
}

function isLoader(library: string): boolean {
  return library.startsWith('/lib64/');
}

async function copyInto(root: string, from: string, to: string): Promise<void> {
  await mkdir(join(root, dirname(to)), { recursive: true });
  await copyFile(from, join(root, to));
}

/** What the dynamic loader finds for it; none for a static program. */
async function librariesOf(program: string, libraryPath: string): Promise<string[]> {
  const said = await runProgram('env', [`LD_LIBRARY_PATH=${libraryPath}`, 'ldd', program]).catch(() => '');
  return [...said.matchAll(/(?:=> )?(\/\S+) \(0x/g)].flatMap(([, file]) => file ?? []);
}

if (import.meta.main) await makeLocalServers();
