import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { smallStudies } from './clients/small-studies.ts';

/** Draws the same in every run; when exactly a process dies the machine decides all the same. */
const seed = 1;
/** How long an S3 server is stopped here, ms; `npm run test:faults` stops it for a minute. */
const outageMs = 10_000;

/** The body of a test: so many studies go through a system that is being broken, and nothing is lost, doubled or wrong. */
export function survives(scenario: Scenario, studies: number): (t: TestContext) => Promise<void> {
  return async (t) => {
    const say = (line: string) => t.diagnostic(line);
    const { violations, accepted, succeeded, faults } = await runScenario(scenario, {
      studies,
      seed,
      outageMs,
      say,
    });
    assert.deepEqual(violations, []);
    const all = studies + smallStudies.length;
    assert.deepEqual([accepted, succeeded], [all, all]);
    assert.ok(faults > 0, 'nothing was broken');
  };
}
