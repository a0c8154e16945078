import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeText, StagingResultSchema } from '@hepastage/proto';
import { hepastage } from '../helpers/command.ts';
import { phantomStudy } from '../helpers/studies.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hepastage-cli-'));
});
after(async () => rm(folder, { recursive: true }));

test('stage writes result and artefacts, and --json prints the result alone', async () => {
  const { t1w, t2w } = phantomStudy('severe');
  const out = join(folder, 'result');
  const { exitCode, stdout, stderr } = await hepastage(
    'stage',
    '--t1w',
    t1w,
    '--t2w',
    t2w,
    '--out',
    out,
    '--json',
  );
  assert.equal(exitCode, 0, stderr);
  const result = decodeText(StagingResultSchema, stdout);
  assert.deepEqual((await readdir(out)).sort(), [
    'heatmap.t1w.nii.gz',
    'heatmap.t2w.nii.gz',
    'key-slice.t1w.dcm',
    'key-slice.t1w.png',
    'key-slice.t2w.dcm',
    'key-slice.t2w.png',
    'report.fhir.json',
    'report.sr.dcm',
    'result.json',
  ]);
  for (const { name, bytes, sha256 } of result.artefacts) {
    const written = await readFile(join(out, name));
    assert.equal(written.byteLength, bytes);
    assert.equal(createHash('sha256').update(written).digest('hex'), sha256);
  }
});

test('a file that is no NIfTI is refused by name, for people and for programs', async () => {
  const file = join(folder, 'notes.nii');
  await writeFile(
    file,
    'these are notes, not an image, and there are more than 352 bytes of them '.repeat(10),
  );
  const forPeople = await hepastage('stage', '--t1w', file, '--out', join(folder, 'none'));
  assert.equal(forPeople.exitCode, 1);
  assert.match(forPeople.stderr, /^NOT_NIFTI: t1w/);
  const forPrograms = await hepastage('stage', '--t1w', file, '--out', join(folder, 'none'), '--json');
  assert.equal((JSON.parse(forPrograms.stdout) as { code: string }).code, 'NOT_NIFTI');
});

test('without a volume there is nothing to stage', async () => {
  const { exitCode, stderr } = await hepastage('stage');
  assert.equal(exitCode, 1);
  assert.equal(
    stderr,
    'NO_SEQUENCE: there is no volume to stage (expected --t1w FILE, --t2w FILE, or both; or --study FILE)\n',
  );
});

test('model verify proves the shipped model', async () => {
  const { exitCode, stdout, stderr } = await hepastage('model', 'verify', '--json');
  assert.equal(exitCode, 0, stderr);
  const { verified, provider } = JSON.parse(stdout) as { verified: boolean; provider: string };
  assert.deepEqual({ verified, provider }, { verified: true, provider: 'cpu' });
});
