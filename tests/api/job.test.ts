import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type JobRecordJson, Progress_Step } from '@hepastage/proto';
import { type ApiUnderTest, startApi, tenant } from './api-under-test.ts';
import { problemOf } from './study-form.ts';
import { fail, submit, succeed } from './worker-stand-in.ts';

const tagOf = (response: Response) => response.headers.get('etag') ?? '';

describe('GET /v1/jobs/{id}', () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await startApi({ settings: { longPollSecondsMax: 2 } });
  });
  after(async () => api[Symbol.asyncDispose]());

  const get = async (id: string, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/v1/jobs/${id}`, { headers });

  test('a job is as its record, and says when to look again until it is finished', async () => {
    const id = await submit(api);
    const queued = await get(id);
    assert.equal(queued.status, 200);
    assert.equal(queued.headers.get('retry-after'), '2');
    assert.equal(queued.headers.get('cache-control'), 'private, no-cache');
    assert.equal(((await queued.json()) as JobRecordJson).state, 'QUEUED');
    await succeed(api.deps, id);
    const finished = await get(id);
    assert.equal(finished.headers.get('retry-after'), null);
    const record = (await finished.json()) as JobRecordJson;
    assert.deepEqual(
      [record.state, record.stage, record.model],
      ['SUCCEEDED', 'mild', 'phantom-light@1.0.0'],
    );
    assert.notEqual(tagOf(finished), tagOf(queued));
  });

  test('304 for what the client has, 200 for what has changed', async () => {
    const id = await submit(api);
    const tag = tagOf(await get(id));
    const same = await get(id, { 'if-none-match': `"other", ${tag}` });
    assert.equal(same.status, 304);
    assert.equal(await same.text(), '');
    assert.equal(tagOf(same), tag);
    await api.deps.status.claim(tenant, id);
    assert.equal((await get(id, { 'if-none-match': tag })).status, 200);
  });

  test('Prefer: wait answers as soon as the job changes', async () => {
    const id = await submit(api);
    const tag = tagOf(await get(id));
    const begin = performance.now();
    const waiting = get(id, { prefer: 'wait=2', 'if-none-match': tag });
    const claim = await api.deps.status.claim(tenant, id);
    const claimed = await waiting;
    assert.equal(claimed.status, 200);
    assert.equal(claimed.headers.get('preference-applied'), 'wait=2');
    assert.equal(((await claimed.json()) as JobRecordJson).state, 'RUNNING');

    const next = get(id, { prefer: 'wait=2', 'if-none-match': tagOf(claimed) });
    assert.equal(claim.kind, 'claimed');
    await api.deps.status.report(tenant, id, claim.token, {
      $typeName: 'hepastage.v1.Progress',
      step: Progress_Step.ENCODE,
      fraction: 0.5,
    });
    assert.deepEqual(((await (await next).json()) as JobRecordJson).progress, {
      step: 'ENCODE',
      fraction: 0.5,
    });
    assert.ok(performance.now() - begin < 1_500, 'an answer came only when its time was up');
  });

  test('a wait is bounded, and says so', async () => {
    const id = await submit(api);
    const tag = tagOf(await get(id));
    const begin = performance.now();
    const response = await get(id, { prefer: 'wait=3600', 'if-none-match': tag });
    const waitedMs = performance.now() - begin;
    assert.equal(response.status, 304);
    assert.equal(response.headers.get('preference-applied'), 'wait=2');
    assert.ok(waitedMs >= 1_900 && waitedMs < 4_000, `${waitedMs} ms`);
  });

  test('there is no waiting for a job that is finished, nor for news that are there', async () => {
    const id = await submit(api);
    const begin = performance.now();
    assert.equal((await get(id, { prefer: 'wait=2', 'if-none-match': '"0"' })).status, 200);
    await succeed(api.deps, id);
    assert.equal((await get(id, { prefer: 'wait=2' })).status, 200);
    assert.ok(performance.now() - begin < 1_500);
  });

  test('the end of the service ends a wait', async () => {
    await using own = await startApi({ settings: { longPollSecondsMax: 60 } });
    const id = await submit(own);
    const waiting = fetch(`${own.url}/v1/jobs/${id}`, { headers: { prefer: 'wait=60' } });
    own.deps.lifecycle.stop();
    assert.equal((await waiting).status, 200);
  });

  test('an id that no job has is not found, whatever it looks like', async () => {
    for (const id of [randomUUID(), 'nonsense', '..%2f..%2fetc', '*', 'a%00b', randomUUID().toUpperCase()]) {
      const response = await get(id);
      assert.equal(response.status, 404, id);
      assert.equal((await problemOf(response)).code, 'JOB_NOT_FOUND', id);
    }
  });

  test('a failed job tells why', async () => {
    const id = await submit(api);
    await fail(api.deps, id);
    const { state, error } = (await (await get(id)).json()) as JobRecordJson;
    assert.equal(state, 'FAILED');
    assert.deepEqual(error, { code: 'INFERENCE_FAILED', message: 'the graph did not run', retryable: true });
  });
});
