import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heatOfStage } from './heat.ts';

/** Two slices of one place each, three stages. */
const encoded = {
  slices: 2,
  tokens: new Float32Array(2),
  attention: Float32Array.of(0.5, 1),
  evidence: Float32Array.of(0, 0, 3, 0, 0, 3),
  mapHeight: 1,
  mapWidth: 1,
};

test('heat is the evidence above the mean of the stages, weighted by both attentions, the hottest place 1', () => {
  const { heat, keySlice } = heatOfStage(encoded, 2, [0.5, 0.5]);
  assert.deepEqual([...heat], [0.5, 1]);
  assert.equal(keySlice, 0);
});

test('the key slice is the one that the decision leans on most', () => {
  assert.equal(heatOfStage(encoded, 2, [0.2, 0.8]).keySlice, 1);
});

test('where nothing speaks for the stage there is no heat', () => {
  assert.deepEqual([...heatOfStage(encoded, 0, [0.5, 0.5]).heat], [0, 0]);
});
