import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from './root.ts';

/** Runs a program that talks to the user directly, and returns its exit code (1 if a signal ended it). Throws if it cannot be started. */
export async function runVisibly(
  program: string,
  programArguments: readonly string[],
  directory = root,
): Promise<number> {
  const child = spawn(program, programArguments, { cwd: directory, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
