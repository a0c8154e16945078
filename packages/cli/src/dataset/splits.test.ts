import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Split } from './layout.ts';
import { assignSplits } from './splits.ts';
import { type Subject, subjectName } from './subject.ts';

const paired = patient(4, { T1W: 'train', T2W: 'train' });
const leaked = patient(47, { T1W: 'valid', T2W: 'train' });
const onlyT1w = patient(9, { T1W: 'test' });
const healthy: Subject = { ...patient(4, {}), name: 'healthy-0004', group: 'healthy', stage: 'healthy' };
const all = [paired, leaked, onlyT1w, healthy];

test('a fold says which split it is at first', () => {
  const assigned = [...assignSplits(all, { splits: 'folds', sequence: undefined, seed: 1 }).values()];
  assert.equal(assigned.length, all.length);
  for (const { fold, split } of assigned) assert.equal(split, ['test', 'valid', 'train', 'train', 'train'][fold!]); // prettier-ignore
});

test('the official split of a sequence is of those who have it', () => {
  const assigned = assignSplits(all, { splits: 'official', sequence: 'T2W', seed: 1 });
  assert.deepEqual(Object.fromEntries(assigned), {
    'patient-0004': { split: 'train' },
    'patient-0047': { split: 'train' },
    'healthy-0004': { split: 'test' },
  });
});

test('the official splits of both sequences are refused with those who leak, and taken where nobody does', () => {
  const both = { splits: 'official', sequence: undefined, seed: 1 } as const;
  assert.throws(() => assignSplits(all, both), {
    codeName: 'INVALID_REQUEST',
    message: /leak.*received patient-0047 \(T1W valid, T2W train\)\); choose one with --sequence/,
  });
  assert.equal(assignSplits([paired, onlyT1w], both).size, 2);
});

function patient(id: number, official: Partial<Record<'T1W' | 'T2W', Split>>): Subject {
  return {
    name: subjectName({ group: 'patient', id }),
    group: 'patient',
    id,
    stage: 'mild',
    ageYears: 61,
    gender: 'F',
    sequences: Object.keys(official) as ('T1W' | 'T2W')[],
    listed: true,
    images: [],
    official,
  };
}
