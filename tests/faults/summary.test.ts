import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Violation } from './oracle/oracle.ts';
import { summaryOf } from './summary.ts';

const outcome = (accepted: number, kinds: readonly Violation['kind'][]) => ({
  accepted,
  succeeded: accepted,
  faults: 2,
  violations: kinds.map((kind) => ({ kind, of: 'job', what: 'planted' })),
  seconds: 1,
});

test('the last line counts over all scenarios, and hides nothing', () => {
  const sound = [outcome(200, []), outcome(20, [])];
  assert.equal(
    summaryOf(sound, 3),
    'faults: 220 studies accepted, 220 succeeded, 0 failed, 0 lost, 0 doubled, 0 wrong; 4 kills, seed 3',
  );
  assert.equal(
    summaryOf([outcome(20, ['lost', 'wrong']), outcome(20, ['lost', 'leftover'])], 3),
    'faults: 40 studies accepted, 40 succeeded, 0 failed, 2 lost, 0 doubled, 1 wrong; 4 kills, seed 3; 1 leftover',
  );
});
