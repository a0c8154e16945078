/**
 * usage: npm run check
 *
 * Everything about the code, and what it is built on, that can be told without running it. All checks run, even after a failure; exits 1 if any failed.
 */
import { checks } from './checks/checks.ts';
import { type CheckOutcome, outcomeOf } from './checks/outcome.ts';
import { describeCheck, describeChecks } from './checks/report.ts';

const outcomes: CheckOutcome[] = [];
for (const [name, check] of Object.entries(checks)) {
  const begun = performance.now();
  const outcome = await check().catch((error: unknown) => outcomeOf([String(error)]));
  console.log(describeCheck(name, outcome, (performance.now() - begun) / 1000));
  outcomes.push(outcome);
}
console.log(describeChecks(outcomes));
process.exitCode = outcomes.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
