import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ApiUnderTest, noTraces, startApi } from './api-under-test.ts';
import { eventually } from './eventually.ts';
import { RawUpload } from './raw-upload.ts';
import { storeKinds } from './store-under-test.ts';
import { gzip, stretched, volume } from './volumes.ts';

const settings = {
  uploadFileBytesMax: 60_000_000,
  uploadBytesMax: 60_000_000,
  decompressedBytesMax: 60_000_000,
  voxelsMax: 30_000_000,
  uploadIdleMsMax: 400,
  lingerMsMax: 300,
};
/** Larger than two parts of a multipart upload to S3. */
const large = stretched([300, 300, 111], 19_000_000);
const claimedBytes = 50_000_000;

async function active(api: ApiUnderTest): Promise<number> {
  const metric = await api.deps.registry.getSingleMetric('hepastage_uploads_active')?.get();
  return metric?.values[0]?.value ?? Number.NaN;
}

for (const store of storeKinds) {
  describe(`an upload that breaks off leaves nothing behind in the ${store} store`, () => {
    let api: ApiUnderTest;
    before(async () => {
      api = await startApi({ store, settings });
    });
    after(async () => api[Symbol.asyncDispose]());

    for (const { name, bytes } of [
      { name: 'within the header', bytes: volume().subarray(0, 100) },
      { name: 'within the voxels', bytes: large },
      { name: 'within a gzip stream', bytes: gzip(volume()).subarray(0, -50) },
      { name: 'before the first byte', bytes: new Uint8Array(0) },
    ]) {
      test(`the client vanishes ${name}`, async () => {
        const upload = await RawUpload.begin(api.url, 't1w', claimedBytes);
        await upload.send(bytes);
        await eventually(async () => active(api), 1);
        upload.vanish();
        await eventually(async () => active(api), 0);
        assert.deepEqual(await api.traces(), noTraces);
      });
    }

    test('the client falls silent', async () => {
      const upload = await RawUpload.begin(api.url, 't1w', claimedBytes);
      await upload.send(large);
      const response = await upload.response();
      assert.match(response, /^HTTP\/1\.1 408 /);
      assert.match(response, /"code":"UPLOAD_TIMEOUT"/);
      assert.match(response, /"retryable":true/);
      assert.deepEqual(await api.traces(), noTraces);
    });

    test('the body ends within a part', async () => {
      const head = '--x\r\nContent-Disposition: form-data; name="t1w"; filename="a.nii"\r\n\r\n';
      const response = await fetch(`${api.url}/v1/studies`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        body: Buffer.concat([Buffer.from(head), volume()]),
      });
      assert.equal(response.status, 400);
      assert.equal(((await response.json()) as { code: string }).code, 'UPLOAD_ABORTED');
      assert.deepEqual(await api.traces(), noTraces);
    });
  });
}

test('an upload that trickles is ended after its time', async () => {
  await using api = await startApi({ settings: { ...settings, uploadMsMax: 500 } });
  const upload = await RawUpload.begin(api.url, 't1w', claimedBytes);
  const trickle = setInterval(() => upload.socket.write(new Uint8Array(1)), 50);
  await upload.send(volume().subarray(0, 352));
  const response = await upload.response().finally(() => clearInterval(trickle));
  assert.match(response, /^HTTP\/1\.1 408 /);
  assert.match(response, /the upload took too long/);
  assert.deepEqual(await api.traces(), noTraces);
});

for (const { bound, limits } of [
  { bound: 'time', limits: { lingerMsMax: 300, lingerBytesMax: 1_000_000_000 } },
  { bound: 'number of bytes', limits: { lingerMsMax: 60_000, lingerBytesMax: 100_000 } },
]) {
  test(`a client that goes on after its refusal is cut off after a bounded ${bound}`, async () => {
    await using api = await startApi({ settings: { ...settings, ...limits } });
    const upload = await RawUpload.begin(api.url, 't3w', claimedBytes);
    const trickle = setInterval(() => upload.socket.write(new Uint8Array(10_000)), 10);
    const response = await upload.response().finally(() => clearInterval(trickle));
    assert.match(response, /^HTTP\/1\.1 400 /);
    assert.match(response, /connection: close/);
    assert.match(response, /"code":"UNKNOWN_PART"/);
  });
}
