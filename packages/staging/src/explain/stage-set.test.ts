import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smallestStageSet } from './stage-set.ts';

test('the set is the smallest run of neighbouring stages that holds 90 %', () => {
  assert.deepEqual(smallestStageSet([0.95, 0.04, 0.01]), [0, 0]);
  assert.deepEqual(smallestStageSet([0.5, 0.45, 0.05]), [0, 1]);
  assert.deepEqual(smallestStageSet([0.02, 0.48, 0.5]), [1, 2]);
  assert.deepEqual(smallestStageSet([1 / 3, 1 / 3, 1 / 3]), [0, 2]);
});

test('two likely ends bring their middle along', () => {
  assert.deepEqual(smallestStageSet([0.49, 0.02, 0.49]), [0, 2]);
});

test('of equally small sets the likeliest is taken', () => {
  assert.deepEqual(smallestStageSet([0.05, 0.9, 0.05, 0], 0.94), [0, 1]);
  assert.deepEqual(smallestStageSet([0.02, 0.9, 0.08, 0], 0.95), [1, 2]);
});
