/**
 * usage: npm run test:faults -- [--studies N] [--seed S] [--scenario NAME]
 *
 * Runs N studies (default 200) through each scenario, or through one alone: a whole service whose processes and stores are broken for real while clients send and poll.
 * Tells of every fault and of every violation. The last line is the sum:
 * `faults: N studies accepted, N succeeded, N failed, N lost, N doubled, N wrong; N kills, seed S`. Exits 1 if there was any violation.
 */
import { parseArgs } from 'node:util';
import { summaryOf, summaryOfRun } from './summary.ts';
import { runScenario } from './run-scenario.ts';
import { scenarios } from './scenarios.ts';

/** How long an S3 server is stopped, ms. */
const outageMs = 60_000;

const { studies, seed, scenario } = parseArgs({
  options: {
    studies: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string' },
  },
}).values;
const wanted = scenarios.filter(({ name }) => scenario === undefined || name === scenario);
if (wanted.length === 0) {
  console.error(
    `there is no scenario ${scenario}; there are ${scenarios.map(({ name }) => name).join(', ')}`,
  );
  process.exit(1);
}
const size = {
  studies: wholeNumber('studies', studies),
  seed: wholeNumber('seed', seed),
  outageMs,
  say: (line: string) => console.log(line),
};
const outcomes = [];
for (const one of wanted) {
  const outcome = await runScenario(one, size);
  outcomes.push(outcome);
  console.log(summaryOfRun(one.name, outcome));
}
console.log(summaryOf(outcomes, size.seed));
process.exitCode = outcomes.every(({ violations }) => violations.length === 0) ? 0 : 1;

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`--${name} is a whole number, not ${text}`);
  return process.exit(1);
}
