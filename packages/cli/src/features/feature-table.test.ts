import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RadiomicsFeatures, radiomicsFeatureNames } from '@hepastage/imaging';
import { featuresHeader, featuresLine } from './feature-table.ts';

const row = {
  study: 'p1',
  sequence: 'T1W',
  variant: 'liver',
  image: '/a.nii',
  liverMask: '/m.nii',
  stage: 'mild, "early"',
  split: 'train',
} as const;
const features = Object.fromEntries(
  radiomicsFeatureNames.map((name, n) => [name, n / 3]),
) as RadiomicsFeatures;

test('a volume is a line of labels and features; without features it is none', () => {
  const refused = { ok: false, code: 'EMPTY_MASK', message: 'empty' } as const;
  const line = featuresLine({ row: { ...row, patient: 'A', fold: 0 }, outcome: { ok: true, features } });
  assert.equal(
    featuresHeader,
    `study,sequence,stage,split,patient,fold,${radiomicsFeatureNames.join(',')}\n`,
  );
  assert.equal(line, `p1,T1W,"mild, ""early""",train,A,0,${Object.values(features).join(',')}\n`);
  assert.equal(featuresLine({ row, outcome: refused }), '');
});

test('what a table does not say stays empty', () => {
  const line = featuresLine({ row, outcome: { ok: true, features } });
  assert.match(line, /^p1,T1W,"mild, ""early""",train,,,0,/);
});
