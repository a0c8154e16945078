import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from '../root.ts';
import type { CheckOutcome } from './outcome.ts';

export interface ToolRun {
  /** Whether it exited with 0. */
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

const outputBytesMax = 16 << 20;
/**
 * The tools of package.json come before those of the system. Another npm says why it refuses, even where this process was started by an
 * `npm --silent`, which hands its silence on.
 */
const environment = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
  npm_config_loglevel: 'error',
};

/** Runs a tool in the project's top folder. It finds nothing wrong if it exits with 0. */
export async function runTool(program: string, toolArguments: readonly string[]): Promise<CheckOutcome> {
  const { succeeded, stdout, stderr } = await executeTool(program, toolArguments);
  const output = [stdout, stderr].filter((text) => text !== '').join('\n');
  return { verdict: succeeded ? 'ok' : 'failed', output: output === '' ? `${program} failed` : output };
}

/** Runs a tool to its end. Throws if it cannot be started, is killed, or writes more than 16 MiB. */
export async function executeTool(
  program: string,
  toolArguments: readonly string[],
  directory = root,
): Promise<ToolRun> {
  const { promise, resolve, reject } = Promise.withResolvers<ToolRun>();
  execFile(
    program,
    toolArguments,
    { cwd: directory, env: environment, maxBuffer: outputBytesMax },
    (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ succeeded: error === null, stdout, stderr });
    },
  );
  return promise;
}
