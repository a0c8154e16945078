import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Most output that is kept of one program, bytes. */
const outputBytesMax = 16 << 20;

/** Runs a program to its end and returns its standard output. Throws with what it said on the standard error. */
export async function runProgram(
  program: string,
  programArguments: readonly string[],
  directory?: string,
): Promise<string> {
  const { stdout } = await execute(program, programArguments, {
    ...(directory === undefined ? {} : { cwd: directory }),
    maxBuffer: outputBytesMax,
  });
  return stdout;
}
