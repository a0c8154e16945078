import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CohortStudy } from './cohort-studies.ts';
import { predictionLine, predictionsHeader } from './predictions-table.ts';

const study: CohortStudy = {
  study: 'p1',
  patient: 'p, "1"',
  stage: 'mild',
  split: 'test, site B',
  fold: 0,
  variant: 'liver',
  volumes: [],
};

test('a line has a value or nothing for every column', () => {
  assert.equal(
    predictionsHeader(['mild', 'severe']),
    'study,patient,stage,split,fold,variant,input,slice,position,attention,p_mild,p_severe,distance,heat_in_liver,liver_in_slices\n',
  );
  const probabilities = [0.25, 0.75];
  assert.equal(
    predictionLine(study, {
      input: 'T1W+T2W',
      probabilities,
      distance: 1.5,
      heatInLiver: 0.5,
      liverInSlices: 0.125,
    }),
    'p1,"p, ""1""",mild,"test, site B",0,liver,T1W+T2W,,,,0.25,0.75,1.5,0.5,0.125\n',
  );
  assert.equal(
    predictionLine(
      { ...study, patient: 'p1', split: 'test' },
      { input: 'T1W', slice: 0, position: 0, attention: 1, probabilities },
    ),
    'p1,p1,mild,test,0,liver,T1W,0,0,1,0.25,0.75,,,\n',
  );
});

test('no float32 loses a digit', () => {
  const values = Float32Array.from({ length: 1000 }, (_, n) => Math.sin(n) ** 2 / 3 ** (n % 20));
  const line = predictionLine(
    { ...study, patient: 'p1', split: 'test' },
    { input: 'T1W', probabilities: [...values] },
  );
  const read = line.split(',').slice(10, 1010).map(Number);
  assert.deepEqual(Float32Array.from(read), values);
});
