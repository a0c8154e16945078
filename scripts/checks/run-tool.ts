import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from '../root.ts';

export interface CheckOutcome {
  readonly ok: boolean;
  /** What to tell when it is not ok. */
  readonly output: string;
}

const outputBytesMax = 16 << 20;
/** The tools of package.json come before those of the system. */
const environment = {
  ...process.env,
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
};

/** Runs a tool in the project's top folder. It finds nothing wrong if it exits with 0. */
export async function runTool(program: string, toolArguments: readonly string[]): Promise<CheckOutcome> {
  const { promise, resolve } = Promise.withResolvers<CheckOutcome>();
  execFile(
    program,
    toolArguments,
    { cwd: root, env: environment, maxBuffer: outputBytesMax },
    (error, stdout, stderr) => {
      const output = [stdout, stderr].filter((text) => text !== '').join('\n');
      resolve({ ok: error === null, output: output === '' ? (error?.message ?? '') : output });
    },
  );
  return promise;
}
