import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CohortRow, parseCohort } from './cohort.ts';
import { cohortCsv } from './cohort-csv.ts';

test('a table that was written is read as it was, wherever the volumes lie', () => {
  const volume = { study: 'patient-0005', sequence: 'T1W', stage: 'mild', split: 'train' } as const;
  const image = '/data/with, comma and "quotes"/5.nii.gz';
  const rows: CohortRow[] = [
    { ...volume, variant: 'body', image, liverMask: undefined, patient: 'p5', fold: 3 },
    { ...volume, variant: 'liver', image, liverMask: '/data/masks/5.nii.gz', patient: 'p5', fold: 3 },
  ];
  assert.deepEqual(parseCohort(cohortCsv(rows, '/out/prepared'), '/out/prepared/cohort.csv'), rows);
});
