import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Sequence } from '@hepastage/proto';
import {
  evidenceObject,
  keySliceCapture,
  reportHeader,
  stagingSr,
  stowPush,
} from '../../packages/reports/src/index.ts';
import { derivedUid } from '../../packages/reports/src/derived-uid.ts';
import { testJobId, testReportInput } from '../../packages/reports/src/testing/report-input.ts';
import { testEvidence, testPicture } from '../../packages/reports/src/testing/test-volume.ts';
import { startOrthanc } from '../helpers/orthanc-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { assertHeat, readBack } from './read-back.ts';
import { fileNames } from './written-reports.ts';

const orthanc = await startOrthanc();
after(async () => orthanc.stop());

const input = testReportInput();
const header = reportHeader(input);
const study = derivedUid('test', 'study');
const objects = [
  { purpose: ['sr'], bytes: stagingSr(input) },
  { purpose: ['evidence', 'T1W'], bytes: evidenceObject(header, testEvidence())! },
  { purpose: ['key-slice', 'T1W'], bytes: keySliceCapture(header, testPicture()) },
].map(({ purpose, bytes }) => ({
  bytes,
  sopInstanceUid: derivedUid(testJobId, 'instance', ...purpose),
  seriesInstanceUid: derivedUid(testJobId, 'series', ...purpose),
}));
const push = async (bytes: readonly Uint8Array[], headers = orthanc.headers) =>
  stowPush(bytes, { url: orthanc.dicomWebUrl, headers, fetch, retries: 1, sleep: async () => undefined });

test('a PACS takes the SR, the map and the capture, finds them, and gives them back as they were', async () => {
  assert.deepEqual(await push(objects.map(({ bytes }) => bytes)), { kind: 'stored', attempts: 1 });

  const found = await qido(`studies/${study}/instances`);
  assert.deepEqual(
    found.map((instance) => valueOf(instance, '00080018')).toSorted(),
    objects.map(({ sopInstanceUid }) => sopInstanceUid).toSorted(),
  );
  const [described] = await qido(`studies?StudyInstanceUID=${study}&includefield=00100020`);
  assert.match(valueOf(described, '00100020'), /^HEPASTAGE-[\dA-F]{16}$/);
  const series = await qido(`studies/${study}/series`);
  assert.deepEqual(series.map((one) => valueOf(one, '00080060')).toSorted(), ['OT', 'OT', 'SR']);

  await using folder = await temporaryDirectory('orthanc');
  for (const [n, { seriesInstanceUid, sopInstanceUid, bytes }] of objects.entries()) {
    const path = `studies/${study}/series/${seriesInstanceUid}/instances/${sopInstanceUid}`;
    const returned = await wado(path);
    assert.equal(Buffer.compare(returned, bytes), 0, fileNames[n]);
    await writeFile(join(folder.path, fileNames[n]!), returned);
  }
  const { sr, map, capture } = await readBack(folder.path);
  assert.equal(sr.groups.length, 3);
  assertHeat(map, testEvidence().heat);
  assert.deepEqual(new Uint8Array(Buffer.from(capture.pixels, 'base64')), testPicture().rgb);
});

test('pushing again changes nothing', async () => {
  await push(objects.map(({ bytes }) => bytes));
  assert.deepEqual(await push(objects.map(({ bytes }) => bytes)), { kind: 'stored', attempts: 1 });
  assert.equal((await qido(`studies/${study}/instances`)).length, objects.length);
});

test('with wrong credentials the PACS is unavailable, at once and without a secret in it', async () => {
  const outcome = await push([objects[0]!.bytes], { authorization: 'Basic c2VjcmV0OnNlY3JldA==' });
  assert.deepEqual(outcome, { kind: 'unavailable', status: 401, attempts: 1 });
});

test('of a push with a part that is no DICOM, the rest is stored, and the outcome says so', async () => {
  const capture = keySliceCapture(header, testPicture(Sequence.T2W));
  assert.deepEqual(await push([capture, Buffer.from('no DICOM at all')]), {
    kind: 'partly-stored',
    refused: [],
    attempts: 1,
  });
  assert.deepEqual(await push([Buffer.from('no DICOM at all')]), {
    kind: 'refused',
    status: 400,
    refused: [],
    attempts: 1,
  });
  assert.equal((await qido(`studies/${study}/instances`)).length, objects.length + 1);
});

async function qido(path: string): Promise<Record<string, { Value?: unknown[] }>[]> {
  const response = await fetch(`${orthanc.dicomWebUrl}/${path}`, {
    headers: { ...orthanc.headers, accept: 'application/dicom+json' },
  });
  assert.equal(response.status, 200);
  return (await response.json()) as Record<string, { Value?: unknown[] }>[];
}

function valueOf(item: Record<string, { Value?: unknown[] }> | undefined, tag: string): string {
  return String(item?.[tag]?.Value?.[0]);
}

/** WADO-RS: the one part of a multipart answer. */
async function wado(path: string): Promise<Buffer> {
  const response = await fetch(`${orthanc.dicomWebUrl}/${path}`, {
    headers: {
      ...orthanc.headers,
      accept: 'multipart/related; type="application/dicom"; transfer-syntax=*',
    },
  });
  assert.equal(response.status, 200);
  const body = Buffer.from(await response.arrayBuffer());
  const boundary = /boundary="?([^";]+)/.exec(response.headers.get('content-type') ?? '')?.[1];
  assert.ok(boundary !== undefined);
  const begin = body.indexOf('\r\n\r\n') + 4;
  return body.subarray(begin, body.lastIndexOf(`\r\n--${boundary}`));
}
