/**
 * usage: npm test [-- PATH…]
 *
 * Runs every test of the project, or those below the given paths: ruff and pytest over training/, and all *.test.ts files. All suites run, even after a failure.
 * The last line is the sum: `N passed, N failed`. Exits 1 if anything failed or a suite ran no test.
 */
import { relative, resolve } from 'node:path';
import { root } from './root.ts';
import { runPytestSuite, runRuffSuite } from './suites/python-suites.ts';
import { add, describeTally, isSuccess, nothing, type Tally } from './suites/tally.ts';
import { startTestServers } from './suites/test-servers.ts';
import { findTestFiles, runTypeScriptSuite } from './suites/typescript-suite.ts';

const paths = process.argv.slice(2).map((path) => relative(root, resolve(path)));

const suites: Readonly<Record<string, () => Promise<Tally>>> = {
  ...(isSelected('training/tests') ? { ruff: runRuffSuite, pytest: runPytestSuite } : {}),
  ...(await typeScriptSuite()),
};

const results: { name: string; tally: Tally; seconds: number }[] = [];
for (const [name, runSuite] of Object.entries(suites)) {
  console.log(`\n── ${name}`);
  const begun = performance.now();
  const tally = await runSuite().catch((error: unknown) => {
    console.error(error);
    return { ...nothing, failed: 1 };
  });
  results.push({ name, tally, seconds: (performance.now() - begun) / 1000 });
}

console.log('');
for (const { name, tally, seconds } of results) {
  const remark = tally.passed + tally.failed === 0 ? ': no test ran' : '';
  console.log(`${name}: ${describeTally(tally)} (${seconds.toFixed(1)} s)${remark}`);
}
if (results.length === 0) console.log(`no test below ${paths.join(', ')}`);
console.log(describeTally(results.map(({ tally }) => tally).reduce(add, nothing)));
process.exitCode = results.length > 0 && results.every(({ tally }) => isSuccess(tally)) ? 0 : 1;

async function typeScriptSuite(): Promise<Record<string, () => Promise<Tally>>> {
  const files = (await findTestFiles()).filter(isSelected);
  // A selection that matches nothing here is for another suite.
  if (files.length === 0 && paths.length > 0) return {};
  return {
    typescript: async () => {
      await using servers = await startTestServers();
      return await runTypeScriptSuite(files, { ...process.env, ...servers.environment });
    },
  };
}

/** Without a selection everything is selected; otherwise what is one of the paths, below one or, for a whole suite, above one. */
function isSelected(file: string): boolean {
  if (paths.length === 0 || paths.includes('')) return true;
  return paths.some((path) => `${file}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${file}/`));
}
