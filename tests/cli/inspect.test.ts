import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildNifti } from '../../packages/imaging/src/testing/nifti-builder.ts';
import type { FileReport } from '../../packages/cli/src/inspect/file-report.ts';
import { hepastage } from '../helpers/command.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const affine = [-2, 0, 0, 90, 0, -2, 0, 80, 0, 0, 12, -70, 0, 0, 0, 1];
const good = buildNifti({
  version: 2,
  littleEndian: false,
  datatype: 'int16',
  dims: [5, 4, 3],
  affine,
  header: { sclSlope: [2], sclInter: [-1], pixdim: [1, 2, 2, 12, 0, 0, 0, 0] },
});

test('an accepted file shows what it holds', async () => {
  await using folder = await temporaryDirectory('inspect');
  const file = join(folder.path, 'good.nii');
  await writeFile(file, good);

  const forPeople = await hepastage('inspect', file);
  assert.equal(forPeople.exitCode, 0, forPeople.stderr);
  assert.equal(
    forPeople.stdout,
    `${file}
  format      NIfTI-2, int16, big-endian, plain, × 2 + -1
  grid        5×4×3 voxels of 2×2×12 mm, LPS, by sform
  affine             -2         0         0        90
                      0        -2         0        80
                      0         0        12       -70
  intensity   -1 to 117, mean 58
  percentiles 1 %: 0.18, 5 %: 4.9, 25 %: 28.5, 50 %: 58, 75 %: 87.5, 95 %: 111.1, 99 %: 115.82
  warning     COARSE_SLICES: The slices lie further apart (mm) than those that the models were made for. (12)
`,
  );

  const forPrograms = await hepastage('inspect', '--json', file);
  const [report] = JSON.parse(forPrograms.stdout) as FileReport[];
  assert.ok(report?.accepted);
  assert.deepEqual(report.geometry, { dims: [5, 4, 3], spacing: [2, 2, 12], affine, affineSource: 'sform', orientation: 'LPS' }); // prettier-ignore
  assert.equal(report.encoding.byteOrder, 'big');
  assert.equal(report.intensity.max, 117);
});

test('one refused file among others fails, and says why', async () => {
  await using folder = await temporaryDirectory('inspect');
  const [file, cut] = [join(folder.path, 'good.nii'), join(folder.path, 'cut.nii')];
  await writeFile(file, good);
  await writeFile(cut, good.subarray(0, -1));
  const { exitCode, stdout } = await hepastage('inspect', '--json', file, cut);
  assert.equal(exitCode, 1);
  const reports = JSON.parse(stdout) as FileReport[];
  assert.deepEqual(reports.map(({ accepted }) => accepted), [true, false]); // prettier-ignore
  assert.deepEqual(reports[1], {
    file: cut,
    accepted: false,
    code: 'TRUNCATED_FILE',
    message: 'the file ends too early (expected 664 bytes, received 663); transfer the file again, whole',
  });
});

test('a constant file is a good mask, but no image', async () => {
  await using folder = await temporaryDirectory('inspect');
  const file = join(folder.path, 'mask.nii');
  await writeFile(file, buildNifti({ datatype: 'uint8', voxel: () => 1 }));
  assert.equal((await hepastage('inspect', '--mask', file)).exitCode, 0);
  const asImage = await hepastage('inspect', file);
  assert.equal(asImage.exitCode, 1);
  assert.match(asImage.stdout, /refused +CONSTANT_IMAGE: /);
});

test('a file that is not there is an error', async () => {
  const { exitCode, stderr } = await hepastage('inspect', 'nowhere.nii');
  assert.equal(exitCode, 1);
  assert.match(stderr, /nowhere\.nii/);
});
