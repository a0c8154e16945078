import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { StageSetsSchema } from '@hepastage/proto';
import { grownStageSet, stageSetOf } from './stage-set.ts';

test('a set grows from the likeliest stage until it holds the threshold', () => {
  assert.deepEqual(grownStageSet([0.95, 0.04, 0.01], 0.9), [0, 0]);
  assert.deepEqual(grownStageSet([0.5, 0.45, 0.05], 0.9), [0, 1]);
  assert.deepEqual(grownStageSet([0.02, 0.48, 0.5], 0.9), [1, 2]);
  assert.deepEqual(grownStageSet([1 / 3, 1 / 3, 1 / 3], 0.9), [0, 2]);
  assert.deepEqual(grownStageSet([0.5, 0.25, 0.25], 0.75), [0, 1], 'the threshold itself is enough');
});

test('two likely ends bring their middle along', () => {
  assert.deepEqual(grownStageSet([0.49, 0.02, 0.49], 0.9), [0, 2]);
});

test('it grows towards the likelier neighbour, of equal ones towards the milder', () => {
  assert.deepEqual(grownStageSet([0.04, 0.9, 0.06, 0], 0.94), [1, 2]);
  assert.deepEqual(grownStageSet([0.06, 0.9, 0.04, 0], 0.94), [0, 1]);
  assert.deepEqual(grownStageSet([0.125, 0.75, 0.125], 0.8), [0, 1]);
});

test('a threshold of 1 takes all stages, of a sure answer too', () => {
  assert.deepEqual(grownStageSet([0.3, 0.4, 0.299], 1), [0, 2]);
  assert.deepEqual(grownStageSet([1, 0, 0], 1), [0, 2]);
  assert.deepEqual(grownStageSet([0.3, 0.4, 0.299], 0.9999), [0, 2], 'rounding keeps it out of reach');
});

const stageSets = create(StageSetsSchema, {
  level: 0.8,
  thresholds: [
    { input: 'T1W', threshold: 0.5 },
    { input: 'T1W+T2W', threshold: 0.99 },
  ],
});

test('every input has its own threshold, and all of them one level', () => {
  const probabilities = [0.25, 0.7, 0.05];
  assert.deepEqual(stageSetOf(probabilities, 'T1W', stageSets), { first: 1, last: 1, level: 0.8, calibrated: true }); // prettier-ignore
  assert.deepEqual(stageSetOf(probabilities, 'T1W+T2W', stageSets), { first: 0, last: 2, level: 0.8, calibrated: true }); // prettier-ignore
});

test('where nothing was calibrated, neither is the set', () => {
  const plain = { first: 0, last: 1, level: 0.9, calibrated: false };
  assert.deepEqual(stageSetOf([0.25, 0.7, 0.05], 'T2W', stageSets), plain);
  assert.deepEqual(stageSetOf([0.25, 0.7, 0.05], 'T1W', undefined), plain);
});
