import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, after, test } from 'node:test';
import { decodeNifti, preprocess } from '@hepastage/imaging';
import { decodeJson, PreprocessingSchema } from '@hepastage/proto';
import type { CohortIndex } from '../../packages/cli/src/prepare/prepare-cohort.ts';
import { hepastage } from '../helpers/command.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/temporary-directory.ts';

const how = {
  spacingMm: 4,
  height: 64,
  width: 72,
  slices: 5,
  minSliceSpacingMm: 3,
  liverMarginMm: 20,
  lowerPercentile: 1,
  upperPercentile: 99,
};
const { t1w, t1wLiverMask, t2w } = phantomStudy('mild');
const header = 'study,sequence,variant,image,liver_mask,stage,split';
const rows = [
  `a,T1W,body,${t1w},,mild,train`,
  `a,T1W,liver,${t1w},${t1wLiverMask},mild,train`,
  `a,T2W,body,${t2w},,mild,valid`,
];

let folder: TemporaryDirectory;
before(async () => {
  folder = await temporaryDirectory('prepare');
  await writeFile(join(folder.path, 'how.json'), JSON.stringify({ T1W: how, T2W: how }));
});
after(async () => folder[Symbol.asyncDispose]());

test('a cohort becomes tensors and an index of them', async () => {
  const { exitCode, stdout, stderr } = await prepare('good', rows, '--jobs', '2');
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^3 volumes prepared in .*, 0 refused\n$/);
  const { items, refused, preprocessing } = await indexOf('good');
  assert.deepEqual(refused, []);
  assert.deepEqual(preprocessing, { T1W: how, T2W: how });
  assert.deepEqual(
    items.map(({ study, sequence, variant, stage, split, tensor }) => [
      study,
      sequence,
      variant,
      stage,
      split,
      tensor,
    ]),
    [
      ['a', 'T1W', 'body', 'mild', 'train', 'tensors/a.t1w.body.npy'],
      ['a', 'T1W', 'liver', 'mild', 'train', 'tensors/a.t1w.liver.npy'],
      ['a', 'T2W', 'body', 'mild', 'valid', 'tensors/a.t2w.body.npy'],
    ],
  );
  for (const { slices, positions, zMm } of items) {
    assert.deepEqual([positions.length, zMm.length], [slices, slices]);
  }
});

test('the tensors are what serving computes', async () => {
  await prepare('same', rows);
  const limits = { decompressedBytesMax: 2 ** 28, voxelsMax: 2 ** 26 };
  const image = decodeNifti(await readFile(t1w), limits);
  const mask = decodeNifti(await readFile(t1wLiverMask), limits, 'mask');
  const { tensor, shape, grid } = preprocess(image, mask, decodeJson(PreprocessingSchema, how));
  const { items } = await indexOf('same');
  assert.deepEqual(items[1]!.positions, grid.positions);
  assert.equal(items[1]!.slices, shape[0]);
  const file = await readFile(join(folder.path, 'same', items[1]!.tensor));
  assert.equal(items[1]!.sha256, createHash('sha256').update(file).digest('hex'));
  assert.deepEqual(new Float32Array(new Uint8Array(file.subarray(-tensor.byteLength)).buffer), tensor);
});

test('patient and fold go from the table into the index', async () => {
  const table = join(folder.path, 'folds.csv');
  const lines = [
    `${header},patient,fold`,
    `a,T1W,body,${t1w},,mild,train,one,3`,
    `b,T2W,body,${t2w},,mild,train,,`,
  ];
  await writeFile(table, lines.join('\n'));
  const out = join(folder.path, 'folds');
  const { exitCode, stderr } = await hepastage('prepare', table, '--preprocessing', join(folder.path, 'how.json'), '--out', out); // prettier-ignore
  assert.equal(exitCode, 0, stderr);
  const { items } = await indexOf('folds');
  assert.deepEqual([items[0]!.patient, items[0]!.fold], ['one', 3]);
  assert.ok(!('patient' in items[1]!) && !('fold' in items[1]!));
});

test('what a table says is no option', async () => {
  const { exitCode, stderr } = await prepare('misused', rows, '--splits', 'official');
  assert.equal(exitCode, 1);
  assert.match(stderr, /^INVALID_REQUEST: --splits, --sequence, --layout and --seed are for a dataset/);
});

test('what is refused is listed with its code, and the rest is prepared', async () => {
  const broken = join(folder.path, 'broken.nii');
  await writeFile(broken, 'no image');
  const { exitCode, stdout } = await prepare(
    'partly',
    [...rows, `b,T2W,body,${broken},,severe,train`],
    '--json',
  );
  assert.equal(exitCode, 0);
  const { prepared, refused } = JSON.parse(stdout) as { prepared: number; refused: CohortIndex['refused'] };
  assert.equal(prepared, 3);
  assert.deepEqual(refused.map(({ study, code }) => [study, code]), [['b', 'NOT_NIFTI']]); // prettier-ignore
  assert.deepEqual((await indexOf('partly')).refused, refused);
});

test('a cohort that is refused as a whole is a failure', async () => {
  const { exitCode, stdout } = await prepare('none', [`a,T1W,liver,${t1w},${t2w},mild,train`]);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^refused a T1W liver: MASK_MISMATCH: /);
});

test('a cohort needs instructions for its sequences', async () => {
  const onlyT1w = join(folder.path, 't1w.json');
  await writeFile(onlyT1w, JSON.stringify({ T1W: how }));
  const { exitCode, stderr } = await prepare('half', rows, '--preprocessing', onlyT1w);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^INVALID_CONFIG: the cohort holds T2W volumes/);
});

async function prepare(out: string, lines: readonly string[], ...options: string[]) {
  const table = join(folder.path, `${out}.csv`);
  await writeFile(table, [header, ...lines].join('\n'));
  const instructions = ['--preprocessing', join(folder.path, 'how.json')];
  return hepastage('prepare', table, ...instructions, '--out', join(folder.path, out), ...options);
}

async function indexOf(out: string): Promise<CohortIndex> {
  return JSON.parse(await readFile(join(folder.path, out, 'index.json'), 'utf8')) as CohortIndex;
}
