import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { create } from '@bufbuild/protobuf';
import { objectKeys } from '@hepastage/platform';
import {
  decodeText,
  DicomStudySchema,
  JobRecord_State,
  ReportIdentifiers,
  Sequence,
  SeriesReport_Role,
  type StagingResult,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { assertR4 } from '../../packages/reports/src/testing/assert-r4.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { phantomDicom } from '../helpers/phantom-dicom.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';
import { dciodvfyErrors } from '../reports/dicom-tools.ts';
import { type ReadMap, readBack, valuesOf } from '../reports/read-back.ts';

/** Attributes whose values are long enough to be no accident. */
const identifying = [
  'StudyInstanceUID',
  'SeriesInstanceUID',
  'SOPInstanceUID',
  'FrameOfReferenceUID',
  'PatientName',
  'PatientID',
  'AccessionNumber',
  'InstitutionName',
  'DeviceSerialNumber',
];

let system: System;
before(async () => {
  system = await startSystem();
  await system.startWorker();
});
after(async () => system[Symbol.asyncDispose]());

test('a DICOM study comes out with reports that refer to the images that were staged', async () => {
  await using phantom = await phantomDicom('siemens');
  const { result, files } = await stage({ study: phantom.zip });
  assert.deepEqual([...files.keys()].toSorted(), [
    'evidence.t1w.dcm',
    'evidence.t2w.dcm',
    'heatmap.t1w.nii.gz',
    'heatmap.t2w.nii.gz',
    'key-slice.t1w.dcm',
    'key-slice.t1w.png',
    'key-slice.t2w.dcm',
    'key-slice.t2w.png',
    'report.fhir.json',
    'report.sr.dcm',
  ]);
  const staged = await stagedSeries(result);
  for (const name of ['t1w', 't2w'] as const) {
    const { sr, map } = await readObjects(files, name);
    assert.deepEqual(
      new Map(sr.evidence.map(([series, instances]) => [series, new Set(instances)])),
      new Map(Object.values(staged).map(({ uid, instances }) => [uid, new Set(instances)])),
    );
    assert.deepEqual([sr.studyUid, map.studyUid], [staged.t1w.studyUid, staged.t1w.studyUid]);
    const [, t1w, t2w] = sr.groups.map(({ images }) => new Set(images.map(([uid]) => uid)));
    assert.deepEqual([t1w, t2w], [new Set(staged.t1w.instances), new Set(staged.t2w.instances)]);
    // Each frame is made of an image, each of another.
    const sources = map.sources.map((source) => source?.[0] ?? '');
    assert.equal(new Set(sources).size, map.shape[0]);
    assert.ok(sources.every((uid) => staged[name].instances.includes(uid)));
    assert.equal(map.frameOfReferenceUid, staged[name].frameOfReferenceUid);
    assertIsHeatmap(map, files.get(`heatmap.${name}.nii.gz`)!);
  }
  const written = Buffer.concat([...files.values()]).toString('latin1');
  for (const attribute of identifying) {
    const values = phantom.identifiers[attribute] ?? [];
    assert.ok(values.length > 0, attribute);
    for (const value of values) assert.ok(!written.includes(value), `${attribute} stays outside`);
  }
  const report = fhirOf(files);
  assertR4(report);
  assert.match(JSON.stringify(report), new RegExp(`"urn:oid:${staged.t1w.studyUid.replaceAll('.', '\\.')}"`));
});

test('frames of enhanced objects are referred to by number', async () => {
  await using phantom = await phantomDicom('philips-enhanced');
  const { result, files } = await stage({ study: phantom.zip });
  const staged = await stagedSeries(result);
  const { sr, map } = await readObjects(files, 't1w');
  const [, t1w] = sr.groups;
  assert.deepEqual(
    t1w?.images.map(([uid]) => uid),
    staged.t1w.instances,
  );
  assert.ok(t1w.images.every(([, frames]) => frames.length > 1));
  assert.ok(map.sources.every((source) => source?.[1] !== null));
  assertIsHeatmap(map, files.get('heatmap.t1w.nii.gz')!);
  assertR4(fhirOf(files));
});

test('a NIfTI study has the same reports, which refer to no image, and no map of what no image shows', async () => {
  const { t1w, t2w } = phantomStudy('severe');
  const { result, files } = await stage({ t1w, t2w });
  assert.deepEqual(
    result.artefacts.map(({ name, sequence }) => [name, sequence]),
    [
      ['heatmap.t1w.nii.gz', Sequence.T1W],
      ['key-slice.t1w.png', Sequence.T1W],
      ['key-slice.t1w.dcm', Sequence.T1W],
      ['heatmap.t2w.nii.gz', Sequence.T2W],
      ['key-slice.t2w.png', Sequence.T2W],
      ['key-slice.t2w.dcm', Sequence.T2W],
      ['report.sr.dcm', Sequence.SEQUENCE_UNSPECIFIED],
      ['report.fhir.json', Sequence.SEQUENCE_UNSPECIFIED],
    ],
  );
  await using folder = await temporaryDirectory('reports');
  for (const name of ['key-slice.t1w.dcm', 'report.sr.dcm']) {
    const file = join(folder.path, name);
    await writeFile(file, files.get(name)!);
    assert.deepEqual(await dciodvfyErrors(file), [], name);
  }
  const report = fhirOf(files);
  assertR4(report);
  assert.equal(report['id'], result.jobId);
  assert.match(JSON.stringify(report['conclusion']), new RegExp(`: ${result.stage} \\(probability`));
});

test('the hospital’s own reference stands in the reports where the request asks for it, and nowhere otherwise', async () => {
  await using phantom = await phantomDicom('ge');
  const externalReference = 'Fall 4711/é';
  const { EXTERNAL_REFERENCE, HASHED } = ReportIdentifiers;
  for (const reportIdentifiers of [EXTERNAL_REFERENCE, HASHED]) {
    const { files } = await stage({ study: phantom.zip }, { externalReference, reportIdentifiers });
    const { sr } = await readObjects(files, 't1w');
    const report = fhirOf(files);
    assertR4(report);
    const { identifier } = report['subject'] as { identifier: { value: string } };
    if (reportIdentifiers === EXTERNAL_REFERENCE) {
      assert.deepEqual([sr.patientId, sr.accessionNumber], [externalReference, externalReference]);
      assert.equal(identifier.value, externalReference);
    } else {
      assert.match(sr.patientId, /^HEPASTAGE-[\dA-F]{16}$/);
      assert.deepEqual([sr.accessionNumber, identifier.value], ['', sr.patientId]);
      assert.ok(!Buffer.concat([...files.values()]).includes('4711/'));
    }
  }
});

type Files = ReadonlyMap<string, Uint8Array>;

/** Stages a study and fetches everything that its result lists, each file of it what the result says. */
async function stage(
  study: Parameters<System['client']['submit']>[0],
  metadata: { externalReference?: string; reportIdentifiers?: ReportIdentifiers } = {},
): Promise<{ readonly result: StagingResult; readonly files: Files }> {
  const { client } = system;
  const job = await follow(client, await client.submit(study, create(StudyMetadataSchema, metadata)));
  assert.equal(job.state, JobRecord_State.SUCCEEDED, job.error?.message);
  const result = await client.result(job.jobId);
  const files = new Map<string, Uint8Array>();
  for (const { name, bytes, sha256, mediaType } of result.artefacts) {
    const file = await client.artefact(job.jobId, name);
    assert.equal(file.byteLength, bytes, name);
    assert.equal(createHash('sha256').update(file).digest('hex'), sha256, name);
    assert.equal(mediaType === 'application/dicom', name.endsWith('.dcm'), name);
    files.set(name, file);
  }
  return { result, files };
}

/** Has dciodvfy check, and highdicom read, the report and the objects of one sequence. */
async function readObjects(files: Files, name: 't1w' | 't2w') {
  await using folder = await temporaryDirectory('reports');
  const objects = {
    'sr.dcm': files.get('report.sr.dcm')!,
    'map.dcm': files.get(`evidence.${name}.dcm`)!,
    'capture.dcm': files.get(`key-slice.${name}.dcm`)!,
  };
  for (const [fileName, bytes] of Object.entries(objects)) {
    await writeFile(join(folder.path, fileName), bytes);
    assert.deepEqual(await dciodvfyErrors(join(folder.path, fileName)), [], fileName);
  }
  return await readBack(folder.path);
}

function fhirOf(files: Files) {
  return JSON.parse(Buffer.from(files.get('report.fhir.json')!).toString()) as Parameters<typeof assertR4>[0];
}

/** The series that the result says were staged, with the images that the study's index has of them. */
async function stagedSeries({ jobId, series }: StagingResult) {
  const key = objectKeys.input('default', jobId, 'study.json');
  const index = await readFile(join(system.settings['HEPASTAGE_OBJECT_STORE']!, key), 'utf8');
  const { instances } = decodeText(DicomStudySchema, index);
  const of = (wanted: SeriesReport_Role) => {
    const uid = series.find(({ role }) => role === wanted)?.seriesInstanceUid ?? '';
    const own = instances.filter(({ seriesInstanceUid }) => seriesInstanceUid === uid);
    return {
      uid,
      instances: own.map(({ sopInstanceUid }) => sopInstanceUid),
      studyUid: own[0]!.studyInstanceUid,
      frameOfReferenceUid: own[0]!.frameOfReferenceUid,
    };
  };
  return { t1w: of(SeriesReport_Role.T1W), t2w: of(SeriesReport_Role.T2W) };
}

/** Fails unless the map has, at the same places, what the heatmap has: 8 bits of it, from byte 352, by the letter of the NIfTI-1 standard. */
function assertIsHeatmap(map: ReadMap, gzipped: Uint8Array): void {
  const file = gunzipSync(gzipped);
  const [columns = 0, rows = 0, slices = 0] = [1, 2, 3].map((axis) => file.readInt16LE(40 + 2 * axis));
  const entry = (row: number, column: number) => file.readFloatLE(280 + 4 * (4 * row + column));
  const [frames = 0, ...size] = map.shape;
  assert.deepEqual(size, [rows, columns]);
  // Where the first frame lies, LPS turned into RAS, counted in slices from the first of the heatmap.
  const offsetMm = [0, 1, 2].map((row) => map.firstPosition[row]! * (row < 2 ? -1 : 1) - entry(row, 3));
  const through = [0, 1, 2].map((row) => entry(row, 2));
  const along = offsetMm.reduce((sum, mm, row) => sum + mm * through[row]!, 0);
  const first = along / through.reduce((sum, mm) => sum + mm * mm, 0);
  assert.ok(Math.abs(first - Math.round(first)) < 1e-3, `the map begins at slice ${first}`);
  const heat = file.subarray(352);
  const area = rows * columns;
  const begin = Math.round(first) * area;
  assert.ok(begin >= 0 && begin + frames * area <= slices * area);
  const values = valuesOf(map);
  const furthest = values.reduce(
    (most, value, n) => Math.max(most, Math.abs(value - heat[begin + n]! / 255)),
    0,
  );
  assert.ok(furthest < 0.51 / 255, `they differ by ${furthest}`);
  assert.ok(Math.max(...map.shape) > 0 && values.some((value) => value > 0.5), 'there is something hot');
  // What the map leaves out has nothing.
  assert.ok(
    ![...heat.subarray(0, begin), ...heat.subarray(begin + frames * area)].some((value) => value > 0),
  );
}
