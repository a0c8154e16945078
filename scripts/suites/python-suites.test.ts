import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJunitReport } from './python-suites.ts';
import { add, describeTally, isSuccess, nothing } from './tally.ts';

test('a JUnit report is counted', () => {
  const xml =
    '<?xml version="1.0"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.5">' +
    '<testcase name="tests=99"/></testsuite></testsuites>';
  assert.deepEqual(parseJunitReport(xml), { passed: 4, failed: 3, skipped: 3 });
  assert.throws(() => parseJunitReport('<html/>'), { message: 'the JUnit report has no <testsuite>' });
});

test('tallies add up, and are told with what was skipped only where something was', () => {
  const sum = add({ passed: 1, failed: 0, skipped: 0 }, { passed: 2, failed: 1, skipped: 4 });
  assert.equal(describeTally(sum), '3 passed, 1 failed, 4 skipped');
  assert.equal(describeTally({ passed: 3, failed: 0, skipped: 0 }), '3 passed, 0 failed');
});

test('a suite succeeds only if something passed and nothing failed', () => {
  assert.ok(isSuccess({ passed: 1, failed: 0, skipped: 0 }));
  assert.ok(!isSuccess({ passed: 1, failed: 1, skipped: 0 }));
  assert.ok(!isSuccess(nothing));
});
