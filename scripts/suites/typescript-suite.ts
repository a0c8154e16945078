import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root } from '../root.ts';
import { nothing, type Tally } from './tally.ts';

const patterns = ['packages', 'services', 'tests', 'proto', 'scripts', 'bench'].map(
  (folder) => `${folder}/**/*.test.ts`,
);
/** Files that run at the same time, each in a process of its own. */
const concurrency = 2;
/** Longest that one test may take, ms. */
const testTimeoutMs = 3 * 60_000;
/** Ends a file that leaks. */
const exitGuard = join(import.meta.dirname, 'exit-guard.ts');

/** Every test file of the project, relative to its root, in alphabetical order. */
export async function findTestFiles(): Promise<string[]> {
  const files = await Array.fromAsync(
    glob(patterns, { cwd: root, exclude: (path) => /(^|\/)(node_modules|\.venv)$/.test(path) }),
  );
  return files.sort();
}

/** Runs the files with Node's own runner, telling on the standard output how each test ended. */
export async function runTypeScriptSuite(
  files: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Tally> {
  let tally = nothing;
  const events = run({
    files: files.map((file) => join(root, file)),
    cwd: root,
    env: environment,
    concurrency,
    execArgv: [`--test-timeout=${testTimeoutMs}`, `--import=${exitGuard}`],
  });
  events.on('test:summary', ({ file, counts }) => {
    // The one without a file sums up all of them.
    if (file !== undefined) return;
    const { tests, passed, skipped, todo } = counts;
    tally = { passed, failed: tests - passed - skipped - todo, skipped: skipped + todo };
  });
  await pipeline(events, new spec(), process.stdout, { end: false });
  return tally;
}
