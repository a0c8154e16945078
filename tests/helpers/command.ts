import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

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
