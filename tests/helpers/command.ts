import { type ChildProcess, execFile, spawn, type StdioOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { watchdogOf } from './watchdog.ts';

const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

export interface CommandOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `hepastage …` to its end. */
export async function hepastage(...argumentsGiven: readonly string[]): Promise<CommandOutcome> {
  return hepastageWith({}, ...argumentsGiven);
}

/** The same, with settings in its environment. */
export async function hepastageWith(
  settings: Readonly<Record<string, string>>,
  ...argumentsGiven: readonly string[]
): Promise<CommandOutcome> {
  const options = { maxBuffer: 2 ** 26, env: { ...process.env, ...settings } };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...argumentsGiven], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** Starts `hepastage …` for a test to end; it ends with this process at the latest. */
export function startHepastage(
  settings: Readonly<Record<string, string>>,
  argumentsGiven: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  const child = spawn(process.execPath, [main, ...argumentsGiven], {
    env: { ...process.env, ...settings },
    stdio,
  });
  const watchdog = watchdogOf(child.pid!);
  child.once('exit', () => watchdog.release());
  return child;
}
