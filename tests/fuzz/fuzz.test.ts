import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { before, describe, test } from 'node:test';
import type { TargetRun } from './engine/run-target.ts';
import { accepted } from './engine/target.ts';
import { runFuzz } from './run-fuzz.ts';
import { targets, targetsModule } from './targets.ts';

const cases = 20_000;
const seed = 1;
/** Ways in which the cases of each target end at least: what is always refused at the first byte tests nothing behind that. */
const outcomesMin = 5;
/** Least share of cases that are accepted, and that are refused. */
const shareMin = 0.05;
/** Longest that all of them may take, ms: about a minute where nothing else runs. */
const timeout = 9 * 60_000;

describe(`${cases} mutated inputs`, { timeout }, () => {
  let runs: readonly TargetRun[] = [];
  const lines: string[] = [];
  before(
    async () => {
      runs = await runFuzz(targets, {
        cases,
        seed,
        targetsModule,
        findingsFolder: fileURLToPath(new URL('./findings', import.meta.url)),
        say: (line) => {
          lines.push(line);
          console.log(line);
        },
      });
    },
    { timeout },
  );

  test('no crash, no hang, no memory beyond the limit, every answer a typed code', () => {
    assert.equal(runs.length, targets.length);
    assert.ok(runs.reduce((sum, run) => sum + run.cases, 0) >= cases);
    assert.deepEqual(
      runs.flatMap(({ findings }) => findings),
      [],
    );
    assert.match(lines.at(-1) ?? '', /^fuzz: \d+ cases, 0 findings, seed 1$/);
  });

  for (const { name } of targets) {
    test(`${name}: some are accepted, others refused for many reasons`, () => {
      const { cases: ran, outcomes } = runs.find(({ target }) => target === name)!;
      const taken = outcomes.get(accepted) ?? 0;
      assert.ok(taken > shareMin * ran && ran - taken > shareMin * ran, `${taken} of ${ran} were accepted`);
      assert.ok(
        outcomes.size >= (name === 'dicom-pixels' ? 2 : outcomesMin),
        [...outcomes.keys()].join(', '),
      );
    });
  }
});
