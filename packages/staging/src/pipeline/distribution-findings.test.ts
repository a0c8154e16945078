import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distributionFindings } from './distribution-findings.ts';
import type { LoneOpinion } from './stage-tokens.ts';

const opinion = (distance: number | undefined, distanceUsualMax: number | undefined): LoneOpinion => ({
  stage: 0,
  probabilities: [1, 0, 0],
  attention: 1,
  sliceAttention: [1],
  distance,
  distanceUsualMax,
});

test('images further from the training studies than is usual are told of, with the distance', () => {
  const [finding, ...more] = distributionFindings(opinion(2.5, 1.75));
  assert.deepEqual(more, []);
  assert.deepEqual(
    [finding?.code, finding?.severity, finding?.value],
    ['OUT_OF_DISTRIBUTION', 'WARNING', 2.5],
  );
  assert.match(finding?.message ?? '', /distance 2\.50, usual is up to 1\.75/);
});

test('usual images are not, nor is anything where there is no distance or no threshold', () => {
  for (const usual of [opinion(1.75, 1.75), opinion(undefined, 1), opinion(9, undefined), undefined])
    assert.deepEqual(distributionFindings(usual), []);
});

test('a distance that is no number is not usual', () => {
  assert.equal(distributionFindings(opinion(Number.NaN, 1)).length, 1);
});
