import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ReportIdentifiers, Sequence } from '@hepastage/proto';
import { derivedUid } from '../../packages/reports/src/derived-uid.ts';
import { testJobId, testReportInput } from '../../packages/reports/src/testing/report-input.ts';
import { testEvidence, testPicture } from '../../packages/reports/src/testing/test-volume.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { dciodvfyErrors, runDicomTool } from './dicom-tools.ts';
import { assertHeat, readBack, type ReadMap } from './read-back.ts';
import { fileNames, writeReports } from './written-reports.ts';

const studies = [
  { name: 'DICOM study, classic images', input: testReportInput(), sequence: Sequence.T1W },
  { name: 'DICOM study, frames of an enhanced object', input: testReportInput(), sequence: Sequence.T2W },
  { name: 'NIfTI study', input: testReportInput({ dicom: false }), sequence: Sequence.T1W },
  {
    name: 'study with a reference of 128 characters beyond ASCII',
    input: testReportInput({
      externalReference: 'Auftrag\\é…'.padEnd(128, '0123456789'),
      reportIdentifiers: ReportIdentifiers.EXTERNAL_REFERENCE,
    }),
    sequence: Sequence.T1W,
  },
] as const;

for (const { name, input, sequence } of studies) {
  test(`${name}: dciodvfy finds no error, dcmdump and dsrdump can read it`, async () => {
    await using folder = await temporaryDirectory('reports');
    await writeReports(folder.path, input, sequence);
    for (const fileName of fileNames) {
      const file = join(folder.path, fileName);
      assert.deepEqual(await dciodvfyErrors(file), [], fileName);
      const dump = await runDicomTool('dcmdump', [file]);
      assert.deepEqual(
        { exitCode: dump.exitCode, stderr: dump.stderr },
        { exitCode: 0, stderr: '' },
        fileName,
      );
    }
    const { exitCode, stdout, stderr } = await runDicomTool('dsrdump', [
      '-Ec',
      '+Pl',
      join(folder.path, 'sr.dcm'),
    ]);
    assert.equal(exitCode, 0);
    // DCMTK can't check the characters of UTF-8, and says so. Where ASCII is enough, it has nothing to say.
    const allowed = name.includes('beyond ASCII')
      ? /^W: The VR checker does not support .*: ISO_IR 192\n$/
      : /^$/;
    assert.match(stderr, allowed);
    assert.match(stdout, /^Comprehensive 3D SR Document$/m);
    assert.match(stdout, /=\(moderate,99HEPASTAGE,"Cirrhosis stage: moderate"\)>/);
    assert.match(stdout, /"Comment"\)="Research use only/);
  });
}

test('a validator would notice what is missing', async () => {
  await using folder = await temporaryDirectory('reports');
  await writeReports(folder.path, testReportInput(), Sequence.T1W);
  const file = join(folder.path, 'broken.dcm');
  const bytes = await readFile(join(folder.path, 'capture.dcm'));
  // Conversion Type (0008,0064) becomes (0008,0067), which nobody knows.
  const at = bytes.indexOf(Buffer.from([0x08, 0x00, 0x64, 0x00, 0x43, 0x53]));
  bytes[at + 2] = 0x67;
  await writeFile(file, bytes);
  assert.match((await dciodvfyErrors(file)).join('\n'), /ConversionType/);
});

test('highdicom reads from the SR what went into it', async () => {
  await using folder = await temporaryDirectory('reports');
  await writeReports(folder.path, testReportInput({ slices: 4 }), Sequence.T1W);
  const { sr } = await readBack(folder.path);
  const images = Array.from({ length: 4 }, (_, k) => derivedUid('test', 't1w', String(k)));
  const enhanced = derivedUid('test', 't2w', 'object');
  const algorithm = ['phantom-light', '0.1.0', `manifest SHA-256 ${'ab'.repeat(32)}`];
  const about = (tracking: string) => ({
    trackingUid: derivedUid(testJobId, 'tracking', tracking),
    algorithm,
    findingSite: '10200004',
  });
  assert.deepEqual(sr.groups, [
    {
      trackingIdentifier: 'joint decision',
      ...about('joint'),
      images: [],
      measurements: [
        ['prob-mild', 0.1234567890123456, '1'],
        ['prob-moderate', 0.5, '1'],
        ['prob-severe', 0.3765432109876544, '1'],
        ['stage-set-level', 0.8, '1'],
        ['disagreement', 0.85, '1'],
      ],
      evaluations: [
        ['stage', 'moderate'],
        ['stage-set-member', 'moderate'],
        ['stage-set-member', 'severe'],
      ],
    },
    {
      trackingIdentifier: 'T1W',
      ...about('T1W'),
      images: images.map((uid) => [uid, []]),
      measurements: [
        ['prob-mild', 0.25, '1'],
        ['prob-moderate', 0.7, '1'],
        ['prob-severe', 0.05, '1'],
        ['attention', 0.75, '1'],
        ['heat-in-liver', 2 / 3, '1'],
        ['liver-in-slices', 0.125, '1'],
      ],
      evaluations: [['stage', 'moderate']],
    },
    {
      trackingIdentifier: 'T2W',
      ...about('T2W'),
      images: [[enhanced, [1, 3, 5, 7]]],
      measurements: [
        ['prob-mild', 1e-9, '1'],
        ['prob-moderate', 0.1, '1'],
        ['prob-severe', 0.9, '1'],
        ['attention', 0.25, '1'],
      ],
      evaluations: [['stage', 'severe']],
    },
  ]);
  assert.deepEqual(sr.evidence, [
    [derivedUid('test', 't1w'), images],
    [derivedUid('test', 't2w'), [enhanced]],
  ]);
  assert.equal(sr.studyUid, derivedUid('test', 'study'));
  assert.equal(sr.contentTime, '20261125 235958.123 +0000');
  assert.deepEqual([sr.language, sr.procedure, sr.deviceName], ['en', '25056-3', 'hepastage']);
  assert.equal(sr.patientName, 'ANONYMOUS^');
  assert.deepEqual(sr.comments, [
    'Estimated stage of liver cirrhosis from both sequences: moderate (probability 50.0 %). Stages among which the true one is in 80.0 % of studies like those that the model was calibrated on: moderate, severe.',
    'Research use only. Not a medical device: it must not guide care.',
    'MODEL_NOT_CLINICALLY_VALIDATED: Never validated on patients.',
    'LOW_CONTRAST: Grey in < grey & "faint", 2 x 3.',
  ]);
});

test('the parametric map lies where the volume lies, and has its values', async () => {
  const { heat, geometry } = testEvidence();
  for (const { input, sequence } of studies.slice(0, 3)) {
    await using folder = await temporaryDirectory('reports');
    await writeReports(folder.path, input, sequence);
    const { map } = await readBack(folder.path);
    assert.deepEqual(map.shape, geometry.dims.toReversed());
    assertHeat(map, heat);
    assert.deepEqual(map.mapping, ['1', 1 / 65_535, 0, 0, 65_535]);
    assertPlace(map, geometry.affine);
  }
});

test('slices without evidence at either end are left out, and the others stay where they are', async () => {
  await using folder = await temporaryDirectory('reports');
  const { heat, geometry } = testEvidence(Sequence.T1W, 7, 2);
  await writeReports(folder.path, testReportInput({ slices: 7 }), Sequence.T1W, {
    sequence: Sequence.T1W,
    heat,
    geometry,
  });
  assert.deepEqual(await dciodvfyErrors(join(folder.path, 'map.dcm')), []);
  const { map } = await readBack(folder.path);
  assert.deepEqual(map.shape, [3, 3, 5]);
  assertHeat(map, heat.subarray(2 * 15, 5 * 15));
  const shifted = geometry.affine.map((value, n) =>
    n % 4 === 3 && n < 12 ? value + 2 * geometry.affine[n - 1]! : value,
  );
  assertPlace(map, shifted);
  assert.deepEqual(
    map.sources,
    [2, 3, 4].map((k) => [derivedUid('test', 't1w', String(k)), null]),
  );
});

test('every frame of the map names its image, and lies on its frame of reference', async () => {
  await using folder = await temporaryDirectory('reports');
  const input = testReportInput();
  await writeReports(folder.path, input, Sequence.T1W);
  const classic = (await readBack(folder.path)).map;
  assert.deepEqual(
    classic.sources,
    [0, 1, 2, 3].map((k) => [derivedUid('test', 't1w', String(k)), null]),
  );
  assert.equal(classic.frameOfReferenceUid, derivedUid('test', 'frame'));
  await writeReports(folder.path, input, Sequence.T2W);
  const enhanced = (await readBack(folder.path)).map;
  assert.deepEqual(
    enhanced.sources,
    [1, 3, 5, 7].map((frame) => [derivedUid('test', 't2w', 'object'), frame]),
  );
  // The source names none.
  assert.match(enhanced.frameOfReferenceUid, /^2\.25\.\d+$/);
  assert.notEqual(enhanced.frameOfReferenceUid, classic.frameOfReferenceUid);
  await writeReports(folder.path, testReportInput({ dicom: false }), Sequence.T1W);
  assert.deepEqual((await readBack(folder.path)).map.sources, [null, null, null, null]);
});

test('the capture has the picture’s pixels', async () => {
  await using folder = await temporaryDirectory('reports');
  await writeReports(folder.path, testReportInput(), Sequence.T1W);
  const { capture } = await readBack(folder.path);
  const { rows, columns, rgb } = testPicture();
  assert.deepEqual(capture.shape, [rows, columns, 3]);
  assert.deepEqual(new Uint8Array(Buffer.from(capture.pixels, 'base64')), rgb);
});

test('a hospital’s own reference, whatever its letters, comes back as it was', async () => {
  await using folder = await temporaryDirectory('reports');
  const reference = 'Fall é-4711 ☂';
  const input = testReportInput({
    externalReference: reference,
    reportIdentifiers: ReportIdentifiers.EXTERNAL_REFERENCE,
  });
  await writeReports(folder.path, input, Sequence.T1W);
  const { sr } = await readBack(folder.path);
  assert.deepEqual([sr.patientId, sr.accessionNumber, sr.patientComments], [reference, reference, '']);
});

/** `affine` is ours: of (column, row, slice), in RAS. The map's is of (slice, row, column), in LPS. */
function assertPlace(map: ReadMap, affine: readonly number[]): void {
  const expected = [0, 1, 2, 3].flatMap((row) =>
    [2, 1, 0, 3].map((column) => affine[4 * row + column]! * (row < 2 ? -1 : 1)),
  );
  for (const [n, value] of map.affine.entries()) {
    assert.ok(Math.abs(value - expected[n]!) < 1e-9, `entry ${n}: ${value}, not ${expected[n]}`);
  }
}
