import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runProgram } from './run-program.ts';
import type { SpawnedService } from './service-process.ts';

/** A service in a container, by the engine's name for it. */
export interface SpawnedContainer extends SpawnedService {
  readonly name: string;
}

const pollMs = 25;
/** The folders that settings name belong to the user of these tests. */
const asTester = [`--user=${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`, '--no-healthcheck'];
/** What a service reads besides the settings that it is given. */
const inherited = /^(HEPASTAGE_|AWS_|S3_|REDIS_|ORT_)/;

/**
 * Starts a service's image as it runs in production (read-only, no capabilities), but on the host's network and, unless `options` say otherwise, as the user of these tests. The child
 * process is the engine's client: it shows the container's output and ends with its exit code.
 */
export function spawnContainer(
  image: string,
  settings: Readonly<Record<string, string>>,
  options: readonly string[] = asTester,
): SpawnedContainer {
  const name = `hepastage-test-${randomBytes(6).toString('hex')}`;
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([variable]) => inherited.test(variable))),
    ...settings,
  };
  const child = spawn(
    'docker',
    [
      'run',
      '--rm',
      `--name=${name}`,
      '--network=host',
      '--read-only',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges',
      '--ulimit=nofile=16384',
      ...options,
      ...Object.entries(environment).map(([variable, value]) => `--env=${variable}=${value}`),
      ...foldersOf(settings).map((folder) => `--volume=${folder}:${folder}`),
      image,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  return { name, child, pid: pidOf(name, child) };
}

/** Files and folders of this machine that settings name, alone, in a list or within an option; of a file that is still to be written, its folder. */
function foldersOf(settings: Readonly<Record<string, string>>): string[] {
  const named = Object.values(settings).flatMap((value) => value.split(/[,=\s]|file:\/\//));
  const paths = named
    .filter((path) => path.startsWith('/'))
    .map((path) => (existsSync(path) ? path : dirname(path)));
  return [...new Set(paths.filter((path) => path !== '/' && existsSync(path)))];
}

/** The container's first process, as this machine numbers it; undefined if it ended before it was seen. */
async function pidOf(name: string, child: ChildProcess): Promise<number | undefined> {
  while (child.exitCode === null && child.signalCode === null) {
    const format = '--format={{.State.Pid}}';
    const pid = Number(await runProgram('docker', ['inspect', format, name]).catch(() => '0'));
    if (pid > 0) return pid;
    await delay(pollMs);
  }
  return undefined;
}
