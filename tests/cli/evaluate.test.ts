import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeText, enumName, SequenceSchema, StagingResultSchema } from '@hepastage/proto';
import { hepastage } from '../helpers/command.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { type Row, rowsOf } from '../helpers/table-rows.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/temporary-directory.ts';

const mild = phantomStudy('mild');
const severe = phantomStudy('severe');
const stages = ['mild', 'moderate', 'severe'];
const rows = [
  'study,sequence,variant,image,liver_mask,stage,split,patient,fold',
  `s,T2W,liver,${severe.t2w},${severe.t2wLiverMask},severe,test,b,3`,
  `s,T1W,liver,${severe.t1w},${severe.t1wLiverMask},severe,test,b,3`,
  'm,T1W,body,broken.nii,,mild,valid,,',
  `m,T2W,body,${mild.t2w},,mild,valid,,`,
  `h,T1W,liver,${mild.t1w},${mild.t1wLiverMask},healthy,train,,`,
  'x,T2W,body,missing.nii,,moderate,train,,',
];

let folder: TemporaryDirectory;
before(async () => {
  folder = await temporaryDirectory('evaluate');
});
after(async () => folder[Symbol.asyncDispose]());

test('a cohort gets the answers that the service gives, whole studies and lone slices, whatever is refused', async () => {
  const { exitCode, stdout, stderr, table } = await evaluate('all', ['--json']);
  assert.equal(exitCode, 0, stderr);
  const summary = JSON.parse(stdout) as { refused: readonly Row[] } & Row;
  assert.deepEqual([summary['studies'], summary['rows'], summary['leftOut']], [2, table.length, 1]);
  assert.deepEqual(
    summary.refused.map(({ study, sequence, variant, code }) => [study, sequence, variant, code]),
    [
      ['m', 'T1W', 'body', 'NOT_NIFTI'],
      ['x', 'T2W', 'body', 'INVALID_REQUEST'],
    ],
  );
  const whole = table.filter(({ slice }) => slice === '');
  assert.deepEqual(
    whole.map(({ study, patient, stage, split, fold, variant, input }) => [study, patient, stage, split, fold, variant, input]), // prettier-ignore
    [
      ['s', 'b', 'severe', 'test', '3', 'liver', 'T1W'],
      ['s', 'b', 'severe', 'test', '3', 'liver', 'T2W'],
      ['s', 'b', 'severe', 'test', '3', 'liver', 'T1W+T2W'],
      ['m', 'm', 'mild', 'valid', '', 'body', 'T2W'],
    ],
  );

  const served = await stagedSevere();
  assertClose(probabilitiesOf(whole[2]!), served.probabilities.map(({ probability }) => probability)); // prettier-ignore
  for (const [index, opinion] of served.perSequence.entries()) {
    const row = whole[index]!;
    assert.equal(row['input'], enumName(SequenceSchema, opinion.sequence));
    assertClose(probabilitiesOf(row), opinion.probabilities.map(({ probability }) => probability)); // prettier-ignore
    assertClose([Number(row['heat_in_liver']), Number(row['liver_in_slices'])], [opinion.heatInLiver!, opinion.liverInSlices!]); // prettier-ignore
    const slices = table.filter(({ study, slice, input }) => study === 's' && slice !== '' && input === row['input']); // prettier-ignore
    assert.deepEqual(slices.map(({ slice }) => Number(slice)), [...opinion.slices.keys()]); // prettier-ignore
    assertClose(slices.map(({ attention }) => Number(attention)), opinion.slices.map(({ attention }) => attention)); // prettier-ignore
    const positions = slices.map(({ position }) => Number(position));
    assert.deepEqual(positions, positions.toSorted((one, other) => one - other), 'inferior to superior'); // prettier-ignore
    for (const slice of slices) assertClose([sum(probabilitiesOf(slice))], [1]);
    assert.ok(new Set(slices.map(({ p_severe }) => p_severe)).size > slices.length / 2, 'slices differ');
  }
});

test('a cohort without any answer is a failure, and leaves no table', async () => {
  const { exitCode, stdout } = await evaluate('none', ['--split', 'train', '--variant', 'body']);
  assert.equal(exitCode, 1);
  assert.match(
    stdout,
    /^refused x T2W body: INVALID_REQUEST: .*\n0 studies .*, 1 volumes refused: nothing written\n$/,
  );
  for (const name of ['none.csv.out', 'none.csv.out.partial'])
    assert.ok(!existsSync(join(folder.path, name)));
});

test('a choice that leaves nothing is refused', async () => {
  const { exitCode, stderr } = await evaluate('unchosen', ['--split', 'test', '--variant', 'body']);
  assert.equal(exitCode, 1);
  assert.match(stderr, /no volume of that split and variant \(expected test liver, valid body, train liver, train body, received test body\)/); // prettier-ignore
});

async function evaluate(name: string, options: readonly string[]) {
  const cohort = join(folder.path, `${name}.csv`);
  const out = `${cohort}.out`;
  await writeFile(join(folder.path, 'broken.nii'), 'no image');
  await writeFile(cohort, rows.join('\n'));
  const outcome = await hepastage('evaluate', cohort, '--out', out, '--jobs', '2', ...options);
  return { ...outcome, table: existsSync(out) ? rowsOf(await readFile(out, 'utf8')) : [] };
}

/** What `hepastage stage` says of the same files. */
async function stagedSevere() {
  const { t1w, t1wLiverMask, t2w, t2wLiverMask } = severe;
  const files = [
    '--t1w',
    t1w,
    '--t1w-liver-mask',
    t1wLiverMask,
    '--t2w',
    t2w,
    '--t2w-liver-mask',
    t2wLiverMask,
  ];
  const { stdout, stderr, exitCode } = await hepastage('stage', ...files, '--out', join(folder.path, 'staged'), '--json'); // prettier-ignore
  assert.equal(exitCode, 0, stderr);
  return decodeText(StagingResultSchema, stdout);
}

function probabilitiesOf(row: Row): number[] {
  return stages.map((stage) => Number(row[`p_${stage}`]));
}

/** Batches are cut otherwise here, which rounds otherwise. */
function assertClose(got: readonly number[], wanted: readonly number[]): void {
  assert.equal(got.length, wanted.length);
  for (const [index, value] of got.entries())
    assert.ok(Math.abs(value - wanted[index]!) <= 1e-6, `${got.join(' ')} is not ${wanted.join(' ')}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
