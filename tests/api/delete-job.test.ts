import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ApiUnderTest, noTraces, startApi, tenant } from './api-under-test.ts';
import { storeKinds } from './store-under-test.ts';
import { problemOf } from './study-form.ts';
import { fail, submit, succeed } from './worker-stand-in.ts';

for (const store of storeKinds) {
  describe(`DELETE /v1/jobs/{id} in the ${store} store`, () => {
    let api: ApiUnderTest;
    before(async () => {
      api = await startApi({ store });
    });
    after(async () => api[Symbol.asyncDispose]());
    const erase = async (id: string) => fetch(`${api.url}/v1/jobs/${id}`, { method: 'DELETE' });

    test('a queued job is erased without a trace, and then unknown', async () => {
      const id = await submit(api);
      assert.equal((await erase(id)).status, 204);
      assert.deepEqual(await api.traces(), noTraces);
      const again = await erase(id);
      assert.equal(again.status, 404);
      assert.equal((await problemOf(again)).code, 'JOB_NOT_FOUND');
    });

    test('the worker of a running job is told, and can write nothing more', async () => {
      const id = await submit(api);
      const told = Promise.withResolvers<string>();
      const stop = api.deps.status.onCancelled((_tenant, jobId) => told.resolve(jobId));
      const claim = await api.deps.status.claim(tenant, id);
      assert.equal(claim.kind, 'claimed');
      assert.equal((await erase(id)).status, 204);
      assert.equal(await told.promise, id);
      stop();
      const outcome = { stage: 'mild', model: 'm@1' };
      assert.equal(await api.deps.status.succeed(tenant, id, claim.token, outcome), false);
      assert.deepEqual(await api.traces(), noTraces);
    });

    test('a finished job is erased with its result, a failed one too', async () => {
      const [succeeded, failed] = [await submit(api), await submit(api)];
      await succeed(api.deps, succeeded);
      await fail(api.deps, failed);
      assert.equal((await erase(succeeded)).status, 204);
      assert.equal((await erase(failed)).status, 204);
      assert.deepEqual(await api.traces(), noTraces);
    });

    test('other jobs stay as they are', async () => {
      const [erased, kept] = [await submit(api), await submit(api)];
      await erase(erased);
      const { objects, queued } = await api.traces();
      assert.equal(objects.length, 2);
      assert.ok(objects.every((key) => key.includes(kept)));
      assert.equal(queued, 1);
      await erase(kept);
    });

    test('an id that no job has is not found', async () => {
      for (const id of [randomUUID(), '..', '%2e%2e%2f']) assert.equal((await erase(id)).status, 404, id);
    });
  });
}
