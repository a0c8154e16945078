import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameOf, parseCohort } from './cohort.ts';

const header = 'study,sequence,variant,image,liver_mask,stage,split';
const parse = (...rows: string[]) => parseCohort([header, ...rows].join('\n'), '/data/cohort.csv');

test('paths are relative to the table', () => {
  const rows = parse(
    'p1,T1W,body,images/p1.nii,,mild,train',
    'p1,T2W,liver,/abs/p1.nii,masks/p1.nii,mild,train',
  );
  assert.deepEqual(rows, [
    {
      study: 'p1',
      sequence: 'T1W',
      variant: 'body',
      image: '/data/images/p1.nii',
      liverMask: undefined,
      stage: 'mild',
      split: 'train',
    },
    {
      study: 'p1',
      sequence: 'T2W',
      variant: 'liver',
      image: '/abs/p1.nii',
      liverMask: '/data/masks/p1.nii',
      stage: 'mild',
      split: 'train',
    },
  ]);
  assert.deepEqual(rows.map(nameOf), ['p1.t1w.body', 'p1.t2w.liver']);
});

test('a byte-order mark, quotes, blank lines and other columns are no matter', () => {
  const text = `\uFEFFage,${header}\r\n61,p1,T1W,body,"a, b.nii",,mild,train\r\n\r\n`;
  assert.equal(parseCohort(text, '/data/cohort.csv')[0]!.image, '/data/a, b.nii');
});

test('patient and fold are taken where the table has them', () => {
  const text = `${header},patient,fold\np1,T1W,body,a.nii,,mild,train,anna,0\np2,T1W,body,b.nii,,mild,train,,`;
  const rows = parseCohort(text, '/data/cohort.csv');
  assert.deepEqual(
    rows.map(({ study, patient, fold }) => [study, patient, fold]),
    [
      ['p1', 'anna', 0],
      ['p2', undefined, undefined],
    ],
  );
});

describe('folds are refused', () => {
  const refusals: readonly [name: string, rows: string[], message: RegExp][] = [
    [
      'beyond the fifth',
      ['p1,T1W,body,a.nii,,mild,train,anna,5'],
      /row 1, fold: .*expected 0 to 4, received 5/,
    ],
    [
      'that part a patient',
      ['p1,T1W,body,a.nii,,mild,train,anna,0', 'p2,T1W,body,b.nii,,mild,train,anna,3'],
      /a patient is in two folds \(expected one, received anna in 0 and 3\)/,
    ],
    [
      'of a part of a study',
      ['p1,T1W,body,a.nii,,mild,train,,2', 'p1,T2W,body,b.nii,,mild,train,,'],
      /received p1 in 2 and none/,
    ],
  ];
  for (const [name, rows, message] of refusals) {
    test(name, () =>
      assert.throws(() => parseCohort([`${header},patient,fold`, ...rows].join('\n'), 'cohort.csv'), {
        codeName: 'INVALID_CONFIG',
        message,
      }),
    );
  }
});

describe('a table is refused', () => {
  const refusals: readonly [name: string, rows: string[], message: RegExp][] = [
    ['without rows', [], /^\/data\/cohort\.csv: the table has no rows/],
    [
      'with another sequence',
      ['p1,DWI,body,a.nii,,mild,train'],
      /row 1, sequence: .*T1W or T2W, received DWI/,
    ],
    [
      'with another variant',
      ['p1,T1W,spleen,a.nii,,mild,train'],
      /row 1, variant: .*body or liver, received spleen/,
    ],
    [
      'with a mask that would not be used',
      ['p1,T1W,body,a.nii,m.nii,mild,train'],
      /row 1, liver_mask: .*takes no mask/,
    ],
    ['with a liver and no mask', ['p1,T1W,liver,a.nii,,mild,train'], /row 1, liver_mask: the value is empty/],
    [
      'with a name that leaves the folder',
      ['../p1,T1W,body,a.nii,,mild,train'],
      /row 1, study: the name is no file name/,
    ],
    ['without a stage', ['p1,T1W,body,a.nii,,,train'], /row 1, stage: the value is empty/],
    [
      'with a volume listed twice',
      ['p1,T1W,body,a.nii,,mild,train', 'p1,T1W,body,b.nii,,mild,train'],
      /a volume is listed twice \(received p1\.t1w\.body\)/,
    ],
    ['with ragged rows', ['p1,T1W'], /the table is no CSV/],
  ];
  for (const [name, rows, message] of refusals) {
    test(name, () => assert.throws(() => parse(...rows), { codeName: 'INVALID_CONFIG', message }));
  }

  test('without its columns', () => {
    assert.throws(() => parseCohort('study,image\np1,a.nii', 'cohort.csv'), {
      message:
        'cohort.csv: the table lacks columns (expected study,sequence,variant,image,liver_mask,stage,split, received no sequence, variant, liver_mask, stage, split); correct the cohort table',
    });
  });
});
