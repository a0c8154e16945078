import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { type ApiUnderTest, noTraces, startApi } from './api-under-test.ts';
import { RawUpload } from './raw-upload.ts';
import { type Problem, postStudy, problemOf } from './study-form.ts';

/** Far more than all socket buffers on the way hold. */
const uploadBytes = 30_000_000;
const repetitions = 10;
const curl = ['/usr/bin/curl', '/bin/curl'].find((path) => existsSync(path));

describe('a client that is refused while it still sends sees why', () => {
  let api: ApiUnderTest;
  const junk = new Uint8Array(uploadBytes).fill(7);
  before(async () => {
    api = await startApi({ settings: { uploadBytesMax: 2 * uploadBytes } });
  });
  after(async () => api[Symbol.asyncDispose]());

  test('fetch', async () => {
    for (let n = 0; n < repetitions; n++) {
      const response = await postStudy(api.url, [['t1w', junk]]);
      assert.equal(response.status, 422);
      assert.equal((await problemOf(response)).code, 'NOT_NIFTI');
    }
  });

  test('node:http', async () => {
    for (let n = 0; n < repetitions; n++) {
      const { status, problem } = await postRaw(api.url, junk);
      assert.equal(status, 422);
      assert.equal(problem.code, 'NOT_NIFTI');
    }
  });

  test('curl', { skip: curl === undefined && 'curl is not installed' }, async () => {
    await using directory = await temporaryDirectory('curl');
    const file = join(directory.path, 'a.nii');
    await writeFile(file, junk);
    for (let n = 0; n < repetitions; n++) {
      const { stdout } = await promisify(execFile)(curl!, [
        '-sS',
        '-F',
        `t1w=@${file}`,
        `${api.url}/v1/studies`,
      ]);
      assert.equal((JSON.parse(stdout) as Problem).code, 'NOT_NIFTI');
    }
  });

  test('a client that reads only once it has sent everything', async () => {
    const upload = await RawUpload.begin(api.url, 't1w', RawUpload.headBytes('t1w') + uploadBytes);
    upload.socket.pause();
    await upload.send(junk);
    upload.socket.resume();
    const response = await upload.response();
    assert.match(response, /^HTTP\/1\.1 422 /);
    assert.match(response, /"code":"NOT_NIFTI"/);
  });

  test('and nothing of it is left', async () => {
    assert.deepEqual(await api.traces(), noTraces);
  });
});

async function postRaw(url: string, bytes: Uint8Array): Promise<{ status: number; problem: Problem }> {
  const head = Buffer.from('--x\r\nContent-Disposition: form-data; name="t1w"; filename="a.nii"\r\n\r\n');
  const tail = Buffer.from('\r\n--x--\r\n');
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; problem: Problem }>();
  const sent = request(
    `${url}/v1/studies`,
    {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': head.length + bytes.length + tail.length,
      },
    },
    (response) => {
      json(response).then(
        (problem) => resolve({ status: response.statusCode ?? 0, problem: problem as Problem }),
        reject,
      );
    },
  );
  // Once the response is there, a reset of the rest of the upload is no matter.
  sent.on('error', reject);
  sent.write(head);
  sent.write(bytes);
  sent.end(tail);
  return promise;
}
