import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preferredWaitSeconds } from './prefer-wait.ts';

const secondsMax = 60;

test('a wait is read among other preferences, and bounded', () => {
  assert.equal(preferredWaitSeconds('wait=5', secondsMax), 5);
  assert.equal(preferredWaitSeconds('respond-async, WAIT = "10"', secondsMax), 10);
  assert.equal(preferredWaitSeconds('wait=0; foo', secondsMax), 0);
  assert.equal(preferredWaitSeconds('wait=3600', secondsMax), secondsMax);
});

test('what is no wait is ignored', () => {
  for (const value of [
    undefined,
    '',
    'respond-async',
    'wait=',
    'wait=-1',
    'wait=1.5',
    'wait=soon',
    'await=3',
  ]) {
    assert.equal(preferredWaitSeconds(value, secondsMax), undefined, value);
  }
});
