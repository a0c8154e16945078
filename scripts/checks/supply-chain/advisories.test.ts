import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAuditRequired, outcomeOfAudit } from './advisories.ts';

const audited = (output: unknown, { required = false, succeeded = false } = {}) =>
  outcomeOfAudit({ succeeded, stdout: JSON.stringify(output), stderr: 'npm error' }, required);
const report = (
  severity: string,
  via: readonly unknown[] = [{ title: 'Hole', url: 'https://example.org/1' }],
) => ({
  auditReportVersion: 2,
  vulnerabilities: { a: { name: 'a', severity, range: '<1.0.1', via } },
});

test('an advisory of level high or critical fails, whatever npm exits with', () => {
  for (const severity of ['high', 'critical']) {
    const failed = { verdict: 'failed', output: `a <1.0.1 (${severity}): Hole https://example.org/1` };
    assert.deepEqual(audited(report(severity)), failed);
    assert.deepEqual(audited(report(severity), { succeeded: true }), failed);
  }
  assert.equal(audited(report('high', ['b', 'c'])).output, 'a <1.0.1 (high): through b, through c');
});

test('lower levels and none at all are ok', () => {
  for (const severity of ['info', 'low', 'moderate']) assert.equal(audited(report(severity)).verdict, 'ok');
  assert.equal(audited({ auditReportVersion: 2, vulnerabilities: {} }).verdict, 'ok');
});

test('without an advisory service the check is skipped, or fails where it is required', () => {
  const unanswered: [object, string][] = [
    [{ message: '405 Method Not Allowed', statusCode: 405 }, 'the registry has no advisory service'],
    [{ message: '404 Not Found', statusCode: 404 }, 'the registry has no advisory service'],
    [
      { message: 'request failed, reason: connect ECONNREFUSED 127.0.0.1:9' },
      'the registry cannot be reached',
    ],
    [
      { message: 'request failed, reason: getaddrinfo ENOTFOUND example.org' },
      'the registry cannot be reached',
    ],
  ];
  for (const [output, reason] of unanswered) {
    assert.deepEqual(audited(output), { verdict: 'skipped', output: reason });
    assert.deepEqual(audited(output, { required: true }), { verdict: 'failed', output: reason });
  }
});

test('any other answer is an error, never a clean report', () => {
  for (const output of [
    { message: '500 Internal Server Error', statusCode: 500 },
    { message: '401 Unauthorized', statusCode: 401 },
    { message: 'no lock file' },
    { auditReportVersion: 3, vulnerabilities: {} },
    { auditReportVersion: 2 },
    {},
  ]) {
    assert.throws(() => audited(output), /npm audit made no report/, JSON.stringify(output));
  }
  assert.throws(() => outcomeOfAudit({ succeeded: true, stdout: '', stderr: '' }, false), SyntaxError);
});

test('a misspelt setting lets no skip pass', () => {
  assert.deepEqual([undefined, '', '0', '1'].map(isAuditRequired), [false, false, false, true]);
  assert.throws(() => isAuditRequired('true'), {
    message: 'HEPASTAGE_REQUIRE_AUDIT is 0 or 1, received "true"',
  });
});
