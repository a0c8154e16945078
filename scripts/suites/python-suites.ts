import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '../../tests/helpers/temporary-directory.ts';
import { pythonEnvironment } from '../python-environment.ts';
import { root } from '../root.ts';
import { runVisibly } from '../run-visibly.ts';
import type { Tally } from './tally.ts';

const training = join(root, 'training');

/** Lints the training code. Counts as one test. */
export async function runRuffSuite(): Promise<Tally> {
  const code = await runVisibly(await pythonEnvironment(), ['-m', 'ruff', 'check', '--quiet'], training);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** Runs training/tests with pytest. */
export async function runPytestSuite(): Promise<Tally> {
  const python = await pythonEnvironment();
  await using folder = await temporaryDirectory('pytest');
  const reportFile = join(folder.path, 'report.xml');
  const code = await runVisibly(python, ['-m', 'pytest', '-q', `--junitxml=${reportFile}`], training);
  const tally = parseJunitReport(await readFile(reportFile, 'utf8'));
  // An internal error of pytest fails no test, but fails.
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/** The counts on the first `<testsuite>` of a JUnit report. */
export function parseJunitReport(xml: string): Tally {
  const suite = /<testsuite\s[^>]*>/.exec(xml)?.[0];
  if (suite === undefined) throw new Error('the JUnit report has no <testsuite>');
  const count = (name: string) => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const skipped = count('skipped');
  return { passed: count('tests') - failed - skipped, failed, skipped };
}
