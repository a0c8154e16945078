import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { unpackAll } from './debian-packages.ts';
import { installOnce } from './install-once.ts';
import { runProgram } from './run-program.ts';

export interface RedisProgram {
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * The system's redis-server, or else Debian's, unpacked into `.cache/redis`. Unpacking, unlike installing, needs no root, starts no system service and
 * changes nothing outside of the project.
 */
export async function installRedis(): Promise<RedisProgram> {
  const installed = findOnPath('redis-server');
  if (installed !== undefined) return { command: installed, environment: {} };
  const directory = await installOnce('redis', unpackDebianPackages);
  const libraries = (await readdir(join(directory, 'usr/lib'))).map((name) =>
    join(directory, 'usr/lib', name),
  );
  return {
    command: join(directory, 'usr/bin/redis-server'),
    environment: { LD_LIBRARY_PATH: libraries.join(delimiter) },
  };
}

async function unpackDebianPackages(directory: string): Promise<void> {
  try {
    await runProgram('apt-get', ['download', ...(await missingPackages())], directory);
  } catch (error) {
    throw new Error(
      'redis-server is missing and could not be downloaded; install Redis 7 or newer, or set REDIS_URL to one that runs',
      { cause: error },
    );
  }
  await unpackAll(directory);
}

/** redis-server and what it depends on, as far as this system lacks it. */
async function missingPackages(): Promise<string[]> {
  try {
    return await simulateInstallation();
  } catch {
    // A fresh Debian image has no package lists yet.
    await runProgram('apt-get', ['update']);
    return simulateInstallation();
  }
}

async function simulateInstallation(): Promise<string[]> {
  const plan = await runProgram('apt-get', [
    'install',
    '--simulate',
    '--no-install-recommends',
    'redis-server',
  ]);
  return [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name!);
}

function findOnPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
}
