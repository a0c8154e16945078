import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeNifti, radiomicsFeatureNames, radiomicsFeatures } from '@hepastage/imaging';
import { hepastage } from '../helpers/command.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/temporary-directory.ts';

const { t1w, t1wLiverMask, t2w, t2wLiverMask } = phantomStudy('mild');
const header = 'study,sequence,variant,image,liver_mask,stage,split,patient,fold';

let folder: TemporaryDirectory;
before(async () => {
  folder = await temporaryDirectory('features');
});
after(async () => folder[Symbol.asyncDispose]());

let tables = 0;

async function features(rows: readonly string[], ...options: string[]) {
  const cohort = join(folder.path, 'cohort.csv');
  await writeFile(cohort, [header, ...rows].join('\n'));
  const out = join(folder.path, 'tables', `features-${++tables}.csv`);
  const outcome = await hepastage('features', cohort, '--out', out, '--jobs', '1', ...options);
  return { ...outcome, out };
}

test('every volume with a mask becomes a row; one that has no features is named', async () => {
  const { exitCode, stdout, stderr, out } = await features([
    `a,T1W,body,${t1w},,mild,train,A,3`,
    `a,T1W,liver,${t1w},${t1wLiverMask},mild,train,A,3`,
    // A mask of another image.
    `b,T2W,liver,${t1w},${t2wLiverMask},severe,test,B,0`,
    `c,T2W,liver,${t2w},${t2wLiverMask},mild,valid,,`,
  ]);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^refused b T2W liver: MASK_MISMATCH: .*\nfeatures of 2 volumes in .*, 1 refused\n$/);

  const expected = radiomicsFeatures(
    decodeNifti(await readFile(t1w), { decompressedBytesMax: 2 ** 28, voxelsMax: 2 ** 26 }),
    decodeNifti(await readFile(t1wLiverMask), { decompressedBytesMax: 2 ** 28, voxelsMax: 2 ** 26 }, 'mask'),
  );
  const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.equal(lines[0], ['study,sequence,stage,split,patient,fold', ...radiomicsFeatureNames].join(','));
  assert.equal(lines[1], ['a,T1W,mild,train,A,3', ...Object.values(expected)].join(','));
  assert.match(lines[2]!, /^c,T2W,mild,valid,,,0\.\d/);
});

test('a cohort without masks has no features', async () => {
  const { exitCode, stdout } = await features([`a,T1W,body,${t1w},,mild,train,,`], '--json');
  assert.equal(exitCode, 1);
  assert.equal((JSON.parse(stdout) as { code: string }).code, 'INVALID_CONFIG');
});

test('a cohort of which nothing has features leaves no table', async () => {
  const { exitCode, stdout, out } = await features([`b,T2W,liver,${t1w},${t2wLiverMask},severe,test,,`]);
  assert.equal(exitCode, 1);
  assert.match(stdout, /^refused b T2W liver: MASK_MISMATCH: .*\nnothing written, 1 refused\n$/);
  assert.ok(!existsSync(out));
});
