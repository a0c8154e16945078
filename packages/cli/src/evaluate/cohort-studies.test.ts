import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { ModelManifestSchema, Sequence } from '@hepastage/proto';
import type { CohortRow } from '../prepare/cohort.ts';
import { assertSequences, studiesOf } from './cohort-studies.ts';

const row = (changes: Partial<CohortRow>): CohortRow => ({
  study: 'p1',
  sequence: 'T1W',
  variant: 'body',
  image: '/data/a.nii',
  liverMask: undefined,
  stage: 'mild',
  split: 'test',
  ...changes,
});

test('volumes are joined by study and variant, T1W first, in the order of the table', () => {
  const rows = [
    row({ study: 'p2', sequence: 'T2W' }),
    row({ fold: 4, patient: 'x' }),
    row({ variant: 'liver', fold: 4, patient: 'x' }),
    row({ study: 'p2', sequence: 'T1W' }),
  ];
  const joined = studiesOf(rows).map(({ study, patient, fold, variant, volumes }) => [
    study,
    patient,
    fold,
    variant,
    volumes.map(({ sequence }) => sequence).join('+'),
  ]);
  assert.deepEqual(joined, [
    ['p2', 'p2', undefined, 'body', 'T1W+T2W'],
    ['p1', 'x', 4, 'body', 'T1W'],
    ['p1', 'x', 4, 'liver', 'T1W'],
  ]);
});

for (const other of [{ stage: 'severe' }, { split: 'train' }, { patient: 'y' }, { fold: 1 }]) {
  test(`a study with two labels is refused: ${Object.keys(other)[0]}`, () => {
    const rows = [row({ fold: 0 }), row({ fold: 0, sequence: 'T2W', ...other })];
    assert.throws(() => studiesOf(rows), {
      codeName: 'INVALID_CONFIG',
      message: /^study p1, body: a study has two labels/,
    });
  });
}

const knowing = (...sequences: Sequence[]) =>
  create(ModelManifestSchema, { name: 'm', version: '1', sequences: sequences.map((sequence) => ({ sequence })) }); // prettier-ignore

test('a volume of a sequence that the model does not know is refused before anything is staged', () => {
  const rows = [row({}), row({ sequence: 'T2W' })];
  assertSequences(rows, knowing(Sequence.T1W, Sequence.T2W), 'c.csv');
  assert.throws(() => assertSequences(rows, knowing(Sequence.T1W), 'c.csv'), {
    codeName: 'INVALID_CONFIG',
    message: /^c\.csv: the cohort holds T2W volumes, which model m@1 can’t stage \(expected T1W\)/,
  });
});
