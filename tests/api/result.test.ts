import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { objectKeys } from '@hepastage/platform';
import { type ApiUnderTest, startApi, tenant } from './api-under-test.ts';
import { storeKinds } from './store-under-test.ts';
import { problemOf } from './study-form.ts';
import { fail, heatmap, heatmapSha256, submit, succeed } from './worker-stand-in.ts';

for (const store of storeKinds) {
  describe(`results from the ${store} store`, () => {
    let api: ApiUnderTest;
    before(async () => {
      api = await startApi({ store });
    });
    after(async () => api[Symbol.asyncDispose]());

    const get = async (path: string, headers: Record<string, string> = {}) =>
      fetch(`${api.url}/v1/jobs/${path}`, { headers });
    const refusal = async (path: string) => {
      const response = await get(path);
      const { code, retryable } = await problemOf(response);
      return { status: response.status, code, retryable };
    };

    test('the result is what the worker wrote, byte for byte', async () => {
      const id = await submit(api);
      const written = await succeed(api.deps, id);
      const response = await get(`${id}/result`);
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
      assert.equal(response.headers.get('content-length'), String(Buffer.byteLength(written)));
      assert.equal(await response.text(), written);
      const tag = response.headers.get('etag') ?? '';
      assert.equal((await get(`${id}/result`, { 'if-none-match': tag })).status, 304);
    });

    test('an artefact comes with its type, size, name and digest', async () => {
      const id = await submit(api);
      await succeed(api.deps, id);
      const path = `${id}/artefacts/heatmap.t1w.nii.gz`;
      const response = await get(path);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'application/gzip');
      assert.equal(response.headers.get('content-length'), String(heatmap.length));
      assert.equal(response.headers.get('content-disposition'), 'attachment; filename="heatmap.t1w.nii.gz"');
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(response.headers.get('etag'), `"${heatmapSha256}"`);
      assert.deepEqual(await response.bytes(), heatmap);
      assert.equal((await get(path, { 'if-none-match': `"${heatmapSha256}"` })).status, 304);
    });

    test('only what the result lists is served, and never from outside of the artefacts', async () => {
      const id = await submit(api);
      await succeed(api.deps, id);
      const names = [
        'absent.png',
        'unlisted.png',
        '..%2frequest.json',
        '%2e%2e%2frequest.json',
        '..%2f..%2f..',
        '%00',
      ];
      for (const name of names) {
        const expected = { status: 404, code: 'ARTEFACT_NOT_FOUND', retryable: false };
        assert.deepEqual(await refusal(`${id}/artefacts/${name}`), expected, name);
      }
    });

    test('there is none before the job has succeeded', async () => {
      const id = await submit(api);
      // A result that is written already counts only once the record says so.
      await api.deps.store.writeBytes(objectKeys.result(tenant, id), Buffer.from('{}'));
      for (const path of [`${id}/result`, `${id}/artefacts/heatmap.t1w.nii.gz`]) {
        assert.deepEqual(await refusal(path), { status: 409, code: 'RESULT_NOT_READY', retryable: true });
        assert.match((await get(path)).headers.get('retry-after') ?? '', /^\d+$/);
      }
      assert.match(
        (await problemOf(await get(`${id}/result`))).detail,
        /expected SUCCEEDED, received QUEUED/,
      );
    });

    test('an answer that is no result has no entity tag', async () => {
      const id = await submit(api);
      await succeed(api.deps, id);
      await api.deps.store.erase(objectKeys.artefacts(tenant, id));
      await api.deps.store.erase(objectKeys.result(tenant, id));
      for (const path of [`${id}/result`, `${id}/artefacts/heatmap.t1w.nii.gz`]) {
        const response = await get(path);
        assert.deepEqual([response.status, response.headers.get('etag')], [404, null]);
      }
    });

    test('a failed job answers with its own code', async () => {
      const id = await submit(api);
      await fail(api.deps, id);
      assert.deepEqual(await refusal(`${id}/result`), {
        status: 409,
        code: 'INFERENCE_FAILED',
        retryable: true,
      });
      assert.match((await problemOf(await get(`${id}/result`))).detail, /the graph did not run/);
    });

    test('a cancelled job answers so', async () => {
      const id = await submit(api);
      await api.deps.status.cancel(tenant, id);
      assert.deepEqual(await refusal(`${id}/result`), {
        status: 409,
        code: 'JOB_CANCELLED',
        retryable: false,
      });
    });

    test('an unknown job has none', async () => {
      const expected = { status: 404, code: 'JOB_NOT_FOUND', retryable: false };
      assert.deepEqual(await refusal(`${randomUUID()}/result`), expected);
      assert.deepEqual(await refusal(`..%2f${randomUUID()}/artefacts/a`), expected);
    });
  });
}
