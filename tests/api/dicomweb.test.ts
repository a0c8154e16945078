import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import type { JobRecordJson } from '@hepastage/proto';
import { text } from '../../packages/dicom/src/testing/mr-object.ts';
import { OpenStow, stow } from '../helpers/stow.ts';
import { type ApiUnderTest, noTraces, startApi } from './api-under-test.ts';
import { complete, eraseJob, indexOf, jobsOf } from './arriving-study.ts';
import { slice, sliceOf, sopUid, studyUid } from './dicom-objects.ts';
import { eventually } from './eventually.ts';

const reason = {
  sopClass: 0x01_22,
  tooLarge: 0xa7_00,
  mismatch: 0xa9_00,
  otherStudy: 0xa9_01,
  damaged: 0xc0_00,
  transferSyntax: 0xc1_22,
};
const ctImageStorage = '1.2.840.10008.5.1.4.1.1.2';
const ct = (number: number) =>
  slice(number, {
    0x0008_0016: text(0x0008_0016, 'UI', ctImageStorage),
    0x0008_0060: text(0x0008_0060, 'CS', 'CT'),
  });
const truncated = (number: number) => slice(number).subarray(0, -20);

let api: ApiUnderTest;
let url: string;
let opened: ApiUnderTest | undefined;
beforeEach(async () => {
  api = opened ??= await startApi();
  url = api.url;
  for (const { jobId } of await jobsOf(api)) await eraseJob(api, jobId);
  assert.deepEqual(await api.traces(), noTraces);
});
after(async () => opened?.[Symbol.asyncDispose]());

describe('POST /dicomweb/studies', () => {
  test('all stored: 200, every object named, and the job that will stage the study', async () => {
    const answer = await stow(url, [slice(1), slice(2)]);
    assert.deepEqual(
      [answer.status, answer.type, answer.stored, answer.failures],
      [200, 'application/dicom+json', [sopUid(1), sopUid(2)], {}],
    );
    const found = await jobsOf(api, `?studyInstanceUid=${studyUid}`);
    assert.deepEqual(
      found.map(({ jobId, state }) => [jobId, state]),
      [[answer.jobIds[0], 'RECEIVING']],
    );
    assert.ok(!JSON.stringify(found).includes(studyUid), 'the record has a hash of it');
  });

  test('some stored: 202, and of each that is not its own reason', async () => {
    const answer = await stow(url, [
      slice(1),
      ct(2),
      slice(3, {}, '1.2.840.10008.1.2.4.100'),
      truncated(4),
      slice(5, { 0x0028_0010: undefined }),
      Buffer.from('this is no DICOM object, however long it may be: '.repeat(20)),
      Buffer.alloc(0),
      { type: 'text/plain', bytes: Buffer.from('a letter') },
      slice(6),
    ]);
    assert.equal(answer.status, 202);
    assert.deepEqual(answer.stored, [sopUid(1), sopUid(6)]);
    assert.deepEqual(answer.failures, {
      [sopUid(2)]: reason.sopClass,
      [sopUid(3)]: reason.transferSyntax,
      [sopUid(4)]: reason.damaged,
      [sopUid(5)]: reason.mismatch,
      '': reason.damaged,
    });
    const json = JSON.parse(answer.body) as Record<string, { Value: unknown[] }>;
    assert.equal(json['0008119A']?.Value.length, 3, 'those that can’t be named');
  });

  test('what was refused is no part of the study, whatever had come of it', async () => {
    await stow(url, [slice(1), truncated(2), slice(3)]);
    const { jobId } = (await (await complete(api)).json()) as JobRecordJson;
    const index = await indexOf(api, jobId!);
    assert.deepEqual(
      index.map(({ instanceNumber }) => instanceNumber),
      [1, 3],
    );
  });

  test('none stored: 409, and no job', async () => {
    const answer = await stow(url, [ct(1), ct(2), truncated(3)]);
    assert.deepEqual([answer.status, answer.jobIds, answer.stored], [409, [], []]);
    assert.deepEqual(Object.keys(answer.failures), [sopUid(1), sopUid(2), sopUid(3)]);
    assert.deepEqual((await api.traces()).objects, []);
  });

  test('nothing that is DICOM at all: 415', async () => {
    const answer = await stow(url, [{ type: 'image/png', bytes: Buffer.from('PNG') }]);
    assert.deepEqual([answer.status, answer.failures], [415, { '': reason.damaged }]);
  });

  test('one object as the body is taken, too', async () => {
    const response = await fetch(`${url}/dicomweb/studies`, {
      method: 'POST',
      body: new Uint8Array(slice(1)),
      headers: { 'content-type': 'application/dicom' },
    });
    assert.equal(response.status, 200);
    assert.match(await response.text(), new RegExp(sopUid(1)));
    assert.equal((await jobsOf(api)).length, 1);
  });

  test('objects of several studies go to a job each', async () => {
    const answer = await stow(url, [sliceOf('2.25.1'), sliceOf('2.25.2'), sliceOf('2.25.1', 2)]);
    assert.deepEqual([answer.status, answer.stored.length, new Set(answer.jobIds).size], [200, 3, 2]);
    assert.equal((await jobsOf(api)).length, 2);
  });

  test('a request about one study takes no object of another', async () => {
    const answer = await stow(url, [sliceOf('2.25.1', 1), sliceOf('2.25.2', 2)], { study: '2.25.1' });
    assert.deepEqual(
      [answer.status, answer.stored, answer.failures, answer.jobIds.length],
      [202, [sopUid(1)], { [sopUid(2)]: reason.otherStudy }, 1],
    );
    assert.equal((await stow(url, [slice(3)], { study: '2.25.3' })).status, 409);
    assert.equal((await stow(url, [slice(3)], { study: 'nonsense' })).status, 400);
  });

  test('XML, alone or as a part', async () => {
    const alone = await stow(url, [slice(1), ct(2)], { accept: 'application/dicom+xml' });
    assert.deepEqual([alone.status, alone.type], [202, 'application/dicom+xml']);
    assert.match(
      alone.body,
      /<DicomAttribute tag="00081197" vr="US" keyword="FailureReason"><Value number="1">290</,
    );
    const accept = 'multipart/related; type="application/dicom+xml"';
    const part = await stow(url, [slice(1)], { accept });
    assert.match(part.type, /^multipart\/related; type="application\/dicom\+xml"; boundary=/);
    assert.match(part.body, /<NativeDicomModel/);
  });

  test('an answer that can’t be given is said before anything is read', async () => {
    const answer = await stow(url, [slice(1)], { accept: 'text/html' });
    assert.deepEqual(
      [answer.status, (JSON.parse(answer.body) as { code: string }).code],
      [406, 'INVALID_REQUEST'],
    );
    assert.deepEqual(await api.traces(), noTraces);
  });

  test('a body that is none is refused', async () => {
    const related = 'multipart/related; type="application/dicom"';
    const cases: [string | undefined, string, number][] = [
      ['application/json', '{}', 415],
      ['multipart/form-data; boundary=b', '--b--', 415],
      ['multipart/related; type="application/dicom+xml"; boundary=b', '--b--', 415],
      [undefined, 'x', 415],
      [related, '--b--', 400],
      [`${related}; boundary=b`, '', 400],
      [`${related}; boundary=b`, '--b--\r\n', 400],
      [`${related}; boundary=b`, 'no boundary anywhere', 400],
      [`${related}; boundary=b`, '--b\r\nContent-Type: application/dicom\r\n\r\nhalf an obj', 400],
    ];
    for (const [type, body, status] of cases) {
      const response = await post(type, body);
      assert.equal(response.status, status, `${type}: ${body}`);
      await response.arrayBuffer();
    }
    assert.deepEqual(await api.traces(), noTraces);
  });

  test('a body that ends too early is refused as a whole: nothing of it is kept', async () => {
    const open = OpenStow.begin(url);
    await open.send(slice(1));
    await open.send(slice(2));
    await open.write(Buffer.from('--a-boundary-of-the-tests\r\nContent-Type: application/dicom\r\n\r\n'));
    const answer = await open.end('half an object');
    assert.equal(answer.status, 400);
    assert.equal((JSON.parse(answer.body) as { code: string }).code, 'UPLOAD_ABORTED');
    assert.deepEqual((await api.traces()).objects, []);
    assert.equal((await complete(api)).status, 404);
    assert.deepEqual(await api.traces(), noTraces);
  });

  test('a client that vanishes leaves nothing, and what others brought of its study is untouched', async () => {
    const kept = await stow(url, [slice(1)]);
    const before = await api.traces();
    const open = OpenStow.begin(url);
    await open.send(slice(1, { 0x0028_0030: text(0x0028_0030, 'DS', '2\\2') }));
    await open.send(slice(2));
    await eventually(async () => (await api.traces()).objects.length > before.objects.length, true);
    open.vanish();
    await eventually(async () => api.traces(), before);
    // The request takes back what it wrote before it leaves the study: until then the study counts as arriving.
    await eventually(async () => (await complete(api)).status, 202);
    assert.equal((await indexOf(api, kept.jobIds[0]!)).length, 1);
  });

  test('an object that is too large is refused, and the others are stored; a request that is too large is not read on', async () => {
    const large = Buffer.concat([slice(2), Buffer.alloc(4_000_000)]);
    const answer = await stow(url, [slice(1), large, slice(3)]);
    assert.deepEqual(
      [answer.status, answer.stored, answer.failures],
      [202, [sopUid(1), sopUid(3)], { [sopUid(2)]: reason.tooLarge }],
    );
    // None of these counts as an object, and all of them as bytes.
    const junk = { type: 'application/octet-stream', bytes: Buffer.alloc(1_000_000) };
    const refused = await stow(url, [slice(1), ...Array.from({ length: 8 }, () => junk)]);
    assert.equal(refused.status, 413);
  });
});

async function post(contentType: string | undefined, body: string): Promise<Response> {
  return fetch(`${url}/dicomweb/studies`, {
    method: 'POST',
    body: Buffer.from(body),
    headers: contentType === undefined ? {} : { 'content-type': contentType },
  });
}
