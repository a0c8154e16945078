import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiUnderTest, noTraces, startApi } from './api-under-test.ts';
import { RawUpload } from './raw-upload.ts';
import { problemOf, studyForm } from './study-form.ts';
import { stretched } from './volumes.ts';

const uploadBytesMax = 6_000_000;
const voxelBytes = 3_600_000;

describe('an upload that is too large as a whole', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi({ settings: { uploadBytesMax, lingerMsMax: 300 } });
  });
  after(async () => api[Symbol.asyncDispose]());

  test('is refused before it is sent, where its length says so', async () => {
    const upload = await RawUpload.begin(api.url, 't1w', uploadBytesMax + 1);
    assert.match(await upload.response(), /^HTTP\/1\.1 413 [^]*"code":"UPLOAD_TOO_LARGE"/);
    assert.deepEqual(await api.traces(), noTraces);
  });

  test('is refused at the byte too many, where it is sent in chunks', async () => {
    const volume = stretched([100, 100, 90], voxelBytes, { datatype: 'float32' }).subarray(
      0,
      352 + voxelBytes,
    );
    const form = new Response(
      studyForm([
        ['t1w', volume],
        ['t2w', volume],
      ]),
    );
    const response = await fetch(`${api.url}/v1/studies`, {
      method: 'POST',
      headers: { 'content-type': form.headers.get('content-type') ?? '' },
      body: form.body,
      duplex: 'half',
    });
    const problem = await problemOf(response);
    assert.deepEqual([response.status, problem.code], [413, 'UPLOAD_TOO_LARGE']);
    assert.match(
      problem.detail,
      /^part t2w: the upload is larger than allowed \(expected at most 6000000 bytes\)/,
    );
    assert.deepEqual(await api.traces(), noTraces);
  });
});
