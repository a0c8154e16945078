import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { freePorts } from './free-port.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { watchdogOf } from './watchdog.ts';

/** How to start a server that lives in a temporary folder and on loopback ports of its own. */
export interface LocalProgram {
  readonly name: string;
  readonly command: string;
  readonly portCount: number;
  /** Prepares the empty `directory` and returns the program's arguments. */
  arguments(directory: string, ports: readonly number[]): Promise<readonly string[]>;
  readonly environment?: NodeJS.ProcessEnv;
  /** What the program leaves outside of its directory. */
  leftovers?(ports: readonly number[]): readonly string[];
  /** What the program prints once it answers on its ports. */
  readonly readyLine: RegExp;
}

export interface StartedProgram {
  readonly pid: number;
  readonly ports: readonly number[];
  /** Kills the process and removes its folder. */
  readonly stop: () => Promise<void>;
}

/** Longest that a server may take until it answers, ms: SeaweedFS needs 2.5 s, more on a busy machine. */
const startTimeoutMs = 60_000;
/** Attempts with other ports, should another process have taken ours in the meantime. */
const startAttemptsMax = 3;
/** How much of a server's last words an error quotes. */
const quotedCharactersMax = 2_000;

/** Starts a server whose data nobody needs afterwards. It ends with this process at the latest. */
export async function startLocalProgram(program: LocalProgram): Promise<StartedProgram> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(program);
    } catch (error) {
      if (attempt === startAttemptsMax) throw error;
    }
  }
}

async function startOnce(program: LocalProgram): Promise<StartedProgram> {
  const { path: directory } = await temporaryDirectory(program.name);
  const ports = await freePorts(program.portCount);
  const files = [directory, ...(program.leftovers?.(ports) ?? [])];
  const removeFiles = async () => {
    await Promise.all(files.map((path) => rm(path, { recursive: true, force: true, maxRetries: 3 })));
  };
  const child = spawn(program.command, await program.arguments(directory, ports), {
    cwd: directory,
    env: { ...process.env, ...program.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl+C reaches us, and we decide when the server ends.
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) {
    const [reason] = (await once(child, 'error')) as [Error];
    await removeFiles();
    throw new Error(`${program.name} did not start`, { cause: reason });
  }
  const watchdog = watchdogOf(pid, files);
  const closed = once(child, 'close');
  const stop = async () => {
    // Nobody needs its data, so nothing has to be saved.
    child.kill('SIGKILL');
    await closed;
    await removeFiles();
    watchdog.release();
  };
  try {
    await readyLine(child, program.readyLine);
  } catch (error) {
    await stop();
    throw new Error(`${program.name} did not start`, { cause: error });
  }
  return { pid, ports, stop };
}

/** Resolves once the program prints the line; rejects when it ends before or takes too long. Drains its outputs for as long as it runs. */
async function readyLine(child: ChildProcess, line: RegExp): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let output = '';
  const collect = (chunk: string) => {
    output = (output + chunk).slice(-quotedCharactersMax);
    if (line.test(output)) resolve();
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', collect);
  const fail = (what: string) => reject(new Error(`${what}; its last words:\n${output}`));
  const timer = setTimeout(() => fail(`not ready after ${startTimeoutMs} ms`), startTimeoutMs);
  child.once('close', (code, signal) => fail(`ended with ${code ?? signal}`));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    // From now on the output is only thrown away.
    for (const stream of [child.stdout, child.stderr]) stream?.off('data', collect).resume();
  }
}
