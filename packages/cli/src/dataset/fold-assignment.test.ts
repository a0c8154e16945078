import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assignFolds } from './fold-assignment.ts';
import type { Sequence } from './layout.ts';
import { availabilityOf, type Subject, subjectName } from './subject.ts';

const stages = ['mild', 'moderate', 'severe'] as const;
const availabilities: readonly (readonly Sequence[])[] = [['T1W'], ['T2W'], ['T1W', 'T2W'], ['T1W', 'T2W']];
const patients = Array.from({ length: 131 }, (_, id) => subject(id, (id * 7) % 3, (id * 5) % 4));

test('every fold has its share of each stratum within one, and folds are of one size', () => {
  const folds = assignFolds(patients, 1);
  assert.equal(folds.size, patients.length);
  const strata = Map.groupBy(patients, (one) => `${one.stage} ${availabilityOf(one)}`);
  assert.equal(strata.size, 9);
  for (const members of [...strata.values(), patients]) {
    const counts = [0, 1, 2, 3, 4].map((fold) => members.filter(({ name }) => folds.get(name) === fold).length); // prettier-ignore
    assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, String(counts));
  }
});

test('the order of the subjects, their images and healthy subjects are no matter', () => {
  const healthy = { ...subject(3, 0, 2), group: 'healthy', stage: 'healthy', name: 'healthy-0003' } as const;
  const folds = assignFolds(patients, 1);
  const again = assignFolds([healthy, ...patients.toReversed()], 1);
  assert.deepEqual(
    patients.map(({ name }) => again.get(name)),
    patients.map(({ name }) => folds.get(name)),
  );
});

test('another seed deals otherwise', () => {
  const [one, other] = [assignFolds(patients, 1), assignFolds(patients, 2)];
  assert.notDeepEqual(
    patients.map(({ name }) => one.get(name)),
    patients.map(({ name }) => other.get(name)),
  );
});

function subject(id: number, stage: number, availability: number): Subject {
  return {
    name: subjectName({ group: 'patient', id }),
    group: 'patient',
    id,
    stage: stages[stage]!,
    ageYears: undefined,
    gender: undefined,
    sequences: availabilities[availability]!,
    listed: true,
    images: [],
    official: {},
  };
}
