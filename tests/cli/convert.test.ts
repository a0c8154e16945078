import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { decodeNifti, type Volume } from '@hepastage/imaging';
import type { Conversion } from '../../packages/cli/src/convert/convert-study.ts';
import { hepastage } from '../helpers/command.ts';
import { phantomDicom, type Vendor } from '../helpers/phantom-dicom.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { assertSameVolume } from './same-volume.ts';

const limits = { decompressedBytesMax: 2 ** 28, voxelsMax: 2 ** 26 };

for (const vendor of ['siemens', 'philips'] satisfies Vendor[]) {
  test(`T1W and T2W of a ${vendor} study become their NIfTI twins`, async () => {
    await using phantom = await phantomDicom(vendor);
    await using folder = await temporaryDirectory('convert');
    const { exitCode, conversion } = await converted(phantom.zip, folder.path);
    assert.equal(exitCode, 0);
    const twins = phantom.seriesUids;
    for (const sequence of ['t1w', 't2w'] as const) {
      const file = conversion.volumes.find(
        ({ seriesInstanceUid }) => seriesInstanceUid === twins[sequence],
      )?.file;
      assert.ok(file !== undefined, `${sequence} was converted`);
      assertSameVolume(await readVolume(join(folder.path, file)), await readVolume(phantom[sequence]));
    }
  });
}

test('one file per volume series, named by number and part; the rest is listed with its finding', async () => {
  await using phantom = await phantomDicom('ge');
  await using folder = await temporaryDirectory('convert');
  const { exitCode, conversion } = await converted(phantom.folder, folder.path);
  assert.equal(exitCode, 0);
  const { volumes, passedOver, skipped } = conversion;
  const files = volumes.map(({ file }) => file);
  assert.deepEqual(files.toSorted(), (await readdir(folder.path)).sort());
  for (const file of ['003-1.nii.gz', '003-2.nii.gz', '004.nii.gz', '008-1.nii.gz']) {
    assert.ok(files.includes(file), file);
  }
  for (const { file, seriesNumber, part, dims, spacing, orientation } of volumes) {
    assert.match(file, new RegExp(`^00${seriesNumber}(-${part})?\\.nii\\.gz$`));
    assert.match(orientation, /^[RLAPSI]{3}$/);
    const header = await promisify(gunzip)(await readFile(join(folder.path, file)));
    assert.deepEqual(
      [42, 44, 46].map((at) => header.readInt16LE(at)),
      dims,
    );
    for (const [axis, mm] of spacing.entries())
      assert.ok(Math.abs(header.readFloatLE(80 + 4 * axis) - mm) < 1e-3);
  }
  const { partName } = volumes.find(({ file }) => file === '003-2.nii.gz')!;
  assert.match(partName, /^echo time [\d.]+ ms$/);
  assert.deepEqual([...new Set(passedOver.map(({ code }) => code))], ['SLICE_GAP']);
  assert.ok(passedOver.every(({ damaged }) => !damaged));
  assert.ok(skipped.some(({ code }) => code === 'WRONG_MODALITY'));
});

test('files that are there are kept, unless --force; --series converts one', async () => {
  await using phantom = await phantomDicom('philips-enhanced');
  await using folder = await temporaryDirectory('convert');
  const kept = join(folder.path, '801.nii.gz');
  await writeFile(kept, 'mine');
  const refused = await hepastage('convert', phantom.folder, '--out', folder.path, '--json');
  assert.equal(refused.exitCode, 1);
  assert.equal((JSON.parse(refused.stdout) as { code: string }).code, 'INVALID_REQUEST');
  assert.deepEqual(await readdir(folder.path), ['801.nii.gz'], 'nothing else was written either');
  assert.equal(await readFile(kept, 'utf8'), 'mine');

  const forced = await hepastage(
    'convert',
    phantom.folder,
    '--out',
    folder.path,
    '--force',
    '--series',
    '801',
  );
  assert.equal(forced.exitCode, 0, forced.stderr);
  assert.match(forced.stdout, /801\.nii\.gz {3}\d+×\d+×\d+ voxels of [\d.]+×[\d.]+×[\d.]+ mm, LPS$/m);
  assert.match(forced.stdout, /^1 volume written to /m);
  assert.deepEqual(await readdir(folder.path), ['801.nii.gz']);
  assertSameVolume(await readVolume(kept), await readVolume(phantom.t1w));

  const unknown = await hepastage('convert', phantom.folder, '--out', folder.path, '--series', '4711');
  assert.equal(unknown.exitCode, 1);
  assert.match(unknown.stderr, /^SERIES_NOT_FOUND: --series: .*801/);
});

test('series of two studies that share a number are told apart', async () => {
  await using one = await phantomDicom('siemens-enhanced');
  await using other = await phantomDicom('siemens-enhanced', { seed: 8 });
  await using folder = await temporaryDirectory('convert');
  const both = join(folder.path, 'both');
  await mkdir(both);
  let count = 0;
  for (const study of [one.folder, other.folder]) {
    for (const entry of await readdir(study, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      await writeFile(join(both, String(count++)), await readFile(join(entry.parentPath, entry.name)));
    }
  }
  const out = join(folder.path, 'out');
  const { conversion } = await converted(both, out);
  const uids = [one.seriesUids.t1w, other.seriesUids.t1w];
  const t1w = uids.map((uid) =>
    conversion.volumes.find(({ seriesInstanceUid }) => seriesInstanceUid === uid)!,
  );
  assert.deepEqual(new Set(t1w.map(({ file }) => file)), new Set(['008a.nii.gz', '008b.nii.gz']));
  const { seriesInstanceUids } = conversion.sharedNumbers.find(({ seriesNumber }) => seriesNumber === 8)!;
  for (const [n, uid] of seriesInstanceUids.entries()) {
    const { file } = t1w.find(({ seriesInstanceUid }) => seriesInstanceUid === uid)!;
    assert.equal(file, `008${'ab'[n]}.nii.gz`);
  }
  for (const [n, phantom] of [one, other].entries())
    assertSameVolume(await readVolume(join(out, t1w[n]!.file)), await readVolume(phantom.t1w));
});

test('damaged files make it fail, but not before the rest is converted', async () => {
  await using phantom = await phantomDicom('siemens-enhanced');
  await using folder = await temporaryDirectory('convert');
  const entries = await readdir(phantom.folder, { recursive: true, withFileTypes: true });
  const [first, ...others] = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all([first!, ...others].map(async (path) => (await readFile(path)).length));
  const largest = [first!, ...others][sizes.indexOf(Math.max(...sizes))]!;
  await writeFile(largest, (await readFile(largest)).subarray(0, -1_000));
  const { exitCode, conversion } = await converted(phantom.folder, folder.path);
  assert.equal(exitCode, 1);
  assert.ok(conversion.skipped.some(({ code }) => code === 'TRUNCATED_FILE'));
  assert.ok(conversion.volumes.length > 3);
});

test('where there is nothing to convert it says so', async () => {
  await using folder = await temporaryDirectory('convert');
  const out = join(folder.path, 'out');
  const empty = await hepastage('convert', folder.path, '--out', out);
  assert.equal(empty.exitCode, 1);
  assert.match(empty.stderr, /^NO_SEQUENCE: /);
  const nowhere = await hepastage('convert', join(folder.path, 'nowhere'), '--out', out);
  assert.equal(nowhere.exitCode, 1);
  assert.match(nowhere.stderr, /^INVALID_REQUEST: .*no such file/);
  const note = join(folder.path, 'note.txt');
  await writeFile(note, 'no image '.repeat(100));
  const noImage = await hepastage('convert', note, '--out', out, '--json');
  assert.equal((JSON.parse(noImage.stdout) as { code: string }).code, 'NOT_DICOM');
  assert.deepEqual(await readdir(folder.path), ['note.txt'], 'no folder is made for nothing');
});

async function converted(path: string, out: string) {
  const { exitCode, stdout, stderr } = await hepastage('convert', path, '--out', out, '--json');
  assert.notEqual(stdout, '', stderr);
  return { exitCode, conversion: JSON.parse(stdout) as Conversion };
}

async function readVolume(path: string): Promise<Volume> {
  return decodeNifti(await readFile(path), limits);
}
