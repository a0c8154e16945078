import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from './outcome.ts';
import { describeCheck, describeChecks } from './report.ts';

const ok = outcomeOf([]);
const failed = outcomeOf(['one', 'two']);
const skipped = { verdict: 'skipped', output: 'no server' } as const;

test('a check is told in one line, and with what it found where it failed', () => {
  assert.equal(describeCheck('types', ok, 0.25), 'ok      types (0.3 s)');
  assert.equal(describeCheck('types', failed, 2), 'FAILED  types (2.0 s)\n        one\n        two');
  assert.equal(describeCheck('types', skipped, 2), 'skipped types: no server');
});

test('a skipped check is counted, whatever became of the others', () => {
  assert.equal(describeChecks([ok, ok]), 'every check is ok');
  assert.equal(describeChecks([ok, skipped]), 'every check is ok, 1 skipped');
  assert.equal(describeChecks([ok, skipped, failed, failed]), '2 of 4 checks failed, 1 skipped');
});
