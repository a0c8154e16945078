import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  createRequest,
  hasRequest,
  idempotencyName,
  readMarker,
  readRequest,
  ruleOutRequest,
  ruleOutRivals,
  writeMarker,
} from '@hepastage/jobs';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { StudyRequestSchema } from '@hepastage/proto';
import { tenant } from '../api/api-under-test.ts';
import { openStore, storeKinds } from '../api/store-under-test.ts';

const rounds = 10;
const rivals = 4;

for (const kind of storeKinds) {
  describe(`jobs that try for one name in the ${kind} store`, () => {
    test('without any lock one of them is accepted at most, and the name stands for it', async () => {
      await using opening = new AsyncDisposableStack();
      const { store } = await openStore(kind, opening);
      for (let round = 0; round < rounds; round++) {
        const key = String(round);
        const tries = Array.from({ length: rivals }, async () => tryFor(key, store));
        const jobs = (await Promise.all(tries)).filter((jobId) => jobId !== undefined);
        assert.ok(jobs.length <= 1, jobs.join(' and '));
        // Sent again it is accepted, or found.
        const [jobId = await tryFor(key, store)] = jobs;
        assert.equal(await tryFor(key, store), undefined);
        assert.equal((await readMarker(idempotencyName(tenant, key), store))?.jobId, jobId);
      }
    });

    test('one that was ruled out is never accepted, and one that was accepted is never ruled out', async () => {
      await using opening = new AsyncDisposableStack();
      const { store } = await openStore(kind, opening);
      const [late, early] = [requestOf('a'), requestOf('a')];
      assert.equal(await ruleOutRequest(late, store), true);
      assert.equal(await ruleOutRequest(late, store), true, 'as often as one likes');
      assert.equal(await createRequest(late, { store }), false);
      assert.equal(await hasRequest(store, late), false);
      assert.equal(await readRequest(store, late), undefined);
      assert.equal(await createRequest(early, { store }), true);
      assert.equal(await ruleOutRequest(early, store), false);
      assert.deepEqual(await readRequest(store, early), early);
    });

    test('one of which something has arrived is not ruled out: it is promised to whoever sent that, unless it has failed', async () => {
      await using opening = new AsyncDisposableStack();
      const { store } = await openStore(kind, opening);
      const [arriving, other] = [requestOf('b'), requestOf('b')];
      const name = idempotencyName(tenant, 'b');
      await store.writeBytes(objectKeys.arrival(tenant, arriving.jobId, '1-one'), Buffer.from('{}'));
      for (const request of [arriving, other]) await writeMarker(name, request, store);
      assert.equal(await ruleOutRivals(name, other, store), false);
      await store.writeBytes(objectKeys.result(tenant, arriving.jobId), Buffer.from('{"state":"FAILED"}'));
      assert.equal(await ruleOutRivals(name, other, store), true);
      assert.equal(await createRequest(arriving, { store }), false);
    });

    test('a listing that is behind does not count, and a store that contradicts itself is not asked for ever', async (context) => {
      await using opening = new AsyncDisposableStack();
      const { store } = await openStore(kind, opening);
      const [accepted, unknown] = [requestOf('a'), requestOf('a')];
      assert.equal(await createRequest(accepted, { store }), true);
      context.mock.method(store, 'list', async function* () {
        // It has nothing yet.
      } satisfies ObjectStore['list']);
      assert.equal(await ruleOutRequest(accepted, store), false);
      assert.equal(await hasRequest(store, accepted), true);

      const tried = context.mock.method(store, 'create', async () => {
        assert.ok(tried.mock.callCount() < 99);
        return false;
      });
      await assert.rejects(ruleOutRequest(unknown, store), { codeName: 'STORE_UNAVAILABLE' });
      assert.ok(tried.mock.callCount() > 1, 'it may have been erased between the two');
    });
  });
}

/** As a request does that believes it holds the name's lock. */
async function tryFor(key: string, store: ObjectStore): Promise<string | undefined> {
  const name = idempotencyName(tenant, key);
  const request = requestOf(key);
  await writeMarker(name, request, store);
  if (!(await ruleOutRivals(name, request, store))) return undefined;
  return (await createRequest(request, { store })) ? request.jobId : undefined;
}

function requestOf(key: string) {
  const idempotencyKeySha256 = idempotencyName(tenant, key).sha256;
  return create(StudyRequestSchema, { jobId: randomUUID(), tenant, idempotencyKeySha256 });
}
