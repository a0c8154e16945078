import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditEntries } from '@hepastage/access';
import { reconcile } from '@hepastage/jobs';
import { objectKeys } from '@hepastage/platform';
import { AuditEntry_Action, ErrorCode, HepastageError } from '@hepastage/proto';
import { type ApiUnderTest, noTraces, startApi, tenant } from '../api/api-under-test.ts';
import { storeKinds } from '../api/store-under-test.ts';
import { submit } from '../api/worker-stand-in.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';

/** From here on an erasure that is not done counts as broken off, ms. */
const brokenOffMs = 2 * 60_000;
const later = () => new Date(Date.now() + brokenOffMs);

/** Asks for a job to be erased, in a request of this id. */
async function erase({ url }: ApiUnderTest, jobId: string, requestId: string): Promise<number> {
  const headers = { 'x-request-id': requestId };
  return (await fetch(`${url}/v1/jobs/${jobId}`, { method: 'DELETE', headers })).status;
}

/** An erasure that breaks off when all that is left of the job is its record. */
async function breakOff(api: ApiUnderTest, jobId: string, requestId: string): Promise<void> {
  const { status } = api.deps;
  const eraseRecord = status.erase.bind(status);
  status.erase = async () => {
    throw new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, { what: 'no answer' });
  };
  assert.equal(await erase(api, jobId, requestId), 503);
  status.erase = eraseRecord;
}

/** Reconciles as if the erasures had broken off a while ago. */
async function sweep({ deps }: ApiUnderTest): Promise<readonly string[]> {
  const verdicts: string[] = [];
  await reconcile(
    {
      orphanMs: 2 * 3_600_000,
      quietMs: 1_000,
      retentionMsOf: async () => undefined,
      onVerdict: (_job, verdict) => verdicts.push(verdict),
      onError: (_job, error) => assert.fail(error),
    },
    { ...deps, clock: later },
  );
  return verdicts;
}

/** Who the audit log says erased a job, as `<actor> <request id>`. */
async function erasersOf({ deps: { store } }: ApiUnderTest, erased: string): Promise<string[]> {
  const erasers: string[] = [];
  for await (const { action, actor, requestId, jobId } of auditEntries(store, tenant))
    if (action === AuditEntry_Action.JOB_ERASED && jobId === erased) erasers.push(`${actor} ${requestId}`);
  return erasers;
}

for (const store of storeKinds) {
  test(`an erasure that broke off is finished in the name of who asked for it (${store})`, async () => {
    await using api = await startApi({ store });
    const jobId = await submit(api);
    await breakOff(api, jobId, 'first');
    assert.deepEqual(await erasersOf(api, jobId), []);
    assert.deepEqual(await sweep(api), ['finish-erasure']);
    assert.deepEqual(await erasersOf(api, jobId), ['anonymous first']);
    assert.deepEqual(await api.traces(), noTraces);
  });

  test(`whoever asks again is in the log beside who asked first (${store})`, async () => {
    await using api = await startApi({ store });
    const jobId = await submit(api);
    await breakOff(api, jobId, 'first');
    await breakOff(api, jobId, 'second');
    assert.equal(await erase(api, jobId, 'third'), 204);
    assert.deepEqual(await erasersOf(api, jobId), ['anonymous first', 'anonymous third']);
    assert.deepEqual(await api.traces(), noTraces);
  });
}

test('whoever asks again has an erasure that broke off finished at once, though Redis has lost the job', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  const jobId = await submit(api);
  const { store } = api.deps;
  const eraseObjects = store.erase.bind(store);
  store.erase = async () => {
    throw new HepastageError(ErrorCode.STORE_UNAVAILABLE, { what: 'no answer' });
  };
  assert.equal(await erase(api, jobId, 'first'), 503);
  store.erase = eraseObjects;
  await api.deps.redis.flushall();
  assert.equal(await erase(api, jobId, 'second'), 204);
  assert.deepEqual(await erasersOf(api, jobId), ['anonymous first', 'anonymous second']);
  assert.deepEqual(await api.traces(), noTraces);
  assert.equal(await erase(api, jobId, 'third'), 404);
});

test('where nothing says who asked, the sweep finishes an erasure in its own name', async () => {
  await using api = await startApi();
  const unreadable = await submit(api);
  await api.deps.store.writeBytes(objectKeys.erasure(tenant, unreadable), Buffer.from('{"actor": '));
  // As an upload that took back half leaves it.
  const unsaid = await submit(api);
  await api.deps.status.cancel(tenant, unsaid);
  assert.deepEqual(await sweep(api), ['finish-erasure', 'finish-erasure']);
  for (const jobId of [unreadable, unsaid]) assert.deepEqual(await erasersOf(api, jobId), ['reconcile ']);
  assert.deepEqual(await api.traces(), noTraces);
});
