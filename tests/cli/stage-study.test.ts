import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeText, type StagingResult, StagingResultSchema } from '@hepastage/proto';
import { hepastage } from '../helpers/command.ts';
import { phantomDicom, type Vendor } from '../helpers/phantom-dicom.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

/** Probabilities of a study and of its NIfTI twin differ by less. */
const differenceMax = 1e-4;

for (const vendor of ['siemens', 'philips-enhanced'] satisfies Vendor[]) {
  test(`a ${vendor} study is staged without a server as its NIfTI twins are`, async () => {
    await using phantom = await phantomDicom(vendor);
    const { t1w, t2w, zip, folder } = phantom;
    const twin = await staged('--t1w', t1w, '--t2w', t2w);
    const study = await staged('--study', zip);
    assertSame(study, twin);
    assert.ok(study.series.length > 5);
    assert.ok(study.warnings.some(({ code }) => code === 'FILES_PASSED_OVER'));
    // DICOM under the name of one sequence, NIfTI under that of the other.
    assertSame(await staged('--t1w', folder, '--t2w', t2w), twin);
  });
}

test('a choice of series is kept to', async () => {
  await using phantom = await phantomDicom('ge');
  const { t2w } = phantom.seriesUids;
  const { series } = await staged('--study', phantom.folder, '--t1w-series', '7', '--t2w-series', t2w);
  const named = series.filter(({ rule }) => rule === 'NAMED_BY_REQUEST');
  assert.deepEqual(new Set(named.map(({ seriesNumber }) => seriesNumber)), new Set([4, 7]));
});

test('what the service would refuse is refused', async () => {
  await using folder = await temporaryDirectory('stage');
  const empty = join(folder.path, 'empty');
  await mkdir(empty);
  const { exitCode, stdout } = await hepastage(
    'stage',
    '--study',
    empty,
    '--out',
    join(folder.path, 'out'),
    '--json',
  );
  assert.equal(exitCode, 1);
  assert.equal((JSON.parse(stdout) as { code: string }).code, 'NO_SEQUENCE');
  assert.deepEqual(await readdir(folder.path), ['empty'], 'no folder is made for nothing');
});

async function staged(...options: readonly string[]): Promise<StagingResult> {
  await using folder = await temporaryDirectory('stage');
  const { exitCode, stdout, stderr } = await hepastage('stage', ...options, '--out', folder.path, '--json');
  assert.equal(exitCode, 0, stdout + stderr);
  return decodeText(StagingResultSchema, stdout);
}

function assertSame(result: StagingResult, twin: StagingResult): void {
  assert.equal(result.stage, twin.stage);
  assert.deepEqual(
    result.perSequence.map(({ sequence }) => sequence),
    twin.perSequence.map(({ sequence }) => sequence),
  );
  for (const [n, { stage, probability }] of result.probabilities.entries()) {
    const other = twin.probabilities[n]?.probability ?? Number.NaN;
    assert.ok(Math.abs(probability - other) < differenceMax, `${stage}: ${probability} against ${other}`);
  }
}
