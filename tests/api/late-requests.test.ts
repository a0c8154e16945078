import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { reconcile } from '@hepastage/jobs';
import type { ObjectStore } from '@hepastage/platform';
import { ErrorCode, HepastageError, type JobRecordJson } from '@hepastage/proto';
import { type ApiUnderTest, noTraces, startApi } from './api-under-test.ts';
import { jobsOf } from './arriving-study.ts';
import { postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';

const orphanMs = 60_000;
const post = async (api: ApiUnderTest, headers: Record<string, string>) =>
  postStudy(api.url, [['t1w', volume()]], headers);

/** An API whose store gives no answer to the first request.json, and writes it when `arrive` is called. */
async function startLate(context: TestContext) {
  let offsetMs = 0;
  const api = await startApi({ clock: () => new Date(Date.now() + offsetMs) });
  let arrive: (() => Promise<boolean>) | undefined;
  const create = api.deps.store.create.bind(api.deps.store);
  context.mock.method(api.deps.store, 'create', (async (key, bytes, options) => {
    if (arrive !== undefined || bytes.length === 0 || !key.endsWith('/request.json'))
      return create(key, bytes, options);
    arrive = async () => create(key, bytes, options);
    throw new HepastageError(ErrorCode.STORE_UNAVAILABLE, { what: 'no answer' });
  }) satisfies ObjectStore['create']);
  return {
    api,
    arrive: async () => arrive?.(),
    pass: (ms: number) => (offsetMs += ms),
    [Symbol.asyncDispose]: async () => api[Symbol.asyncDispose](),
  };
}

async function sweep({ deps }: ApiUnderTest): Promise<string[]> {
  const verdicts: string[] = [];
  await reconcile(
    {
      orphanMs,
      quietMs: 1_000,
      retentionMsOf: async () => undefined,
      onVerdict: (_job, verdict) => verdicts.push(verdict),
      onError: (_job, error) => assert.fail(error),
    },
    deps,
  );
  return verdicts;
}

for (const [kind, headers] of [
  ['with a key', { 'idempotency-key': 'k' }],
  ['without a key', {}],
] as const) {
  test(`a request.json that arrives after its study was taken back makes no job: ${kind}`, async (context) => {
    await using late = await startLate(context);
    const { api } = late;
    const refused = await post(api, headers);
    assert.deepEqual([refused.status, (await problemOf(refused)).code], [503, 'STORE_UNAVAILABLE']);
    assert.ok((await api.traces()).objects.every((key) => key.endsWith('/request.json')));
    assert.equal(await late.arrive(), false);

    const again = await post(api, headers);
    assert.equal(again.status, 202);
    const { jobId } = (await again.json()) as JobRecordJson;
    assert.deepEqual(await sweep(api), []);
    assert.deepEqual(
      (await jobsOf(api)).map((job) => job.jobId),
      [jobId],
    );

    late.pass(2 * orphanMs);
    assert.deepEqual(await sweep(api), ['erase-orphan'], 'what kept it out is not kept for ever');
    assert.equal((await fetch(`${api.url}/v1/jobs/${jobId}`, { method: 'DELETE' })).status, 204);
    assert.deepEqual(await api.traces(), noTraces);
  });
}

test('a study without a key whose request.json was written, and nobody was told, leaves nothing', async (context) => {
  await using late = await startLate(context);
  const { api } = late;
  const { store } = api.deps;
  const create = store.create.bind(store);
  // It arrives just before it is ruled out.
  context.mock.method(store, 'create', (async (key, bytes, options) => {
    if (bytes.length === 0) await late.arrive();
    return create(key, bytes, options);
  }) satisfies ObjectStore['create']);
  assert.equal((await post(api, {})).status, 503);
  assert.deepEqual(await api.traces(), noTraces);
});
