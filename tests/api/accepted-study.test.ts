import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  decodeText,
  enumName,
  JobRecord_StateSchema,
  type JobRecordJson,
  SequenceSchema,
  StudyInput_RoleSchema,
  StudyRequestSchema,
} from '@hepastage/proto';
import { objectKeys } from '@hepastage/platform';
import { type ApiUnderTest, startApi, tenant } from './api-under-test.ts';
import { storeKinds } from './store-under-test.ts';
import { postStudy } from './study-form.ts';
import { gzip, mask, volume } from './volumes.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

for (const store of storeKinds) {
  describe(`an accepted study in the ${store} store`, () => {
    let api: ApiUnderTest;
    before(async () => {
      api = await startApi({ store });
    });
    after(async () => api[Symbol.asyncDispose]());

    test('its files are stored as sent, then request.json, record and queue agree on it', async () => {
      const t1w = volume();
      const t2w = gzip(volume());
      const metadata = { externalReference: 'ref-17', priority: 'stat', model: 'phantom-light' };
      const response = await postStudy(api.url, [
        ['metadata', JSON.stringify(metadata)],
        ['t1w_liver_mask', gzip(mask())],
        ['t1w', t1w],
        ['t2w', t2w],
      ]);
      assert.equal(response.status, 202);
      const record = (await response.json()) as JobRecordJson;
      const jobId = record.jobId ?? '';
      assert.equal(response.headers.get('location'), `/v1/jobs/${jobId}`);
      assert.equal(response.headers.get('retry-after'), '2');
      assert.equal(record.state, 'QUEUED');
      assert.deepEqual(record.metadata, {
        ...metadata,
        priority: 'STAT',
        reportIdentifiers: 'HASHED',
        webhook: '',
      });

      const stored = await api.deps.store.readBytes(objectKeys.request(tenant, jobId), 10_000);
      const request = decodeText(StudyRequestSchema, String(stored));
      assert.deepEqual(
        request.inputs.map((input) => [
          enumName(SequenceSchema, input.sequence),
          enumName(StudyInput_RoleSchema, input.role),
          input.key.slice(objectKeys.job(tenant, jobId).length),
          input.bytes,
        ]),
        [
          ['T1W', 'LIVER_MASK', 'input/t1w_liver_mask.nii.gz', gzip(mask()).length],
          ['T1W', 'IMAGE', 'input/t1w.nii', t1w.length],
          ['T2W', 'IMAGE', 'input/t2w.nii.gz', t2w.length],
        ],
      );
      for (const input of request.inputs) {
        const bytes = await api.deps.store.readBytes(input.key, input.bytes);
        assert.equal(sha256(bytes!), input.sha256);
      }
      assert.equal(request.inputs[1]?.sha256, sha256(t1w));

      const { record: kept } = (await api.deps.status.get(tenant, jobId))!;
      assert.equal(enumName(JobRecord_StateSchema, kept.state), 'QUEUED');
      assert.deepEqual(kept.createdAt, request.createdAt);
      assert.equal((await api.traces()).queued, 1);
    });

    test('a name of a file says nothing: its bytes do', async () => {
      const form = new FormData();
      form.append('t2w', new Blob([volume()]), 'volume.nii.gz');
      const response = await fetch(`${api.url}/v1/studies`, { method: 'POST', body: form });
      const { jobId = '' } = (await response.json()) as JobRecordJson;
      assert.equal(response.status, 202);
      assert.notEqual(
        await api.deps.store.readBytes(objectKeys.input(tenant, jobId, 't2w.nii'), 1e6),
        undefined,
      );
    });

    test('a file part without a file name is a file all the same', async () => {
      const boundary = 'x';
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="t1w"\r\n\r\n`;
      const body = Buffer.concat([Buffer.from(head), volume(), Buffer.from(`\r\n--${boundary}--\r\n`)]);
      const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
      const response = await api.app.inject({ method: 'POST', url: '/v1/studies', headers, body });
      assert.equal(response.statusCode, 202);
    });
  });
}
