import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasRequest, type JobName } from '@hepastage/jobs';
import { ErrorCode, HepastageError, type JobRecordJson } from '@hepastage/proto';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { stow } from '../helpers/stow.ts';
import { startApi, tenant } from './api-under-test.ts';
import { complete } from './arriving-study.ts';
import { slice } from './dicom-objects.ts';
import { holdCall } from './held-call.ts';
import { postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';

const key = { 'idempotency-key': 'a key' };

for (const file of ['study.json', 'request.json']) {
  test(`a completion whose lock is lost before its ${file} is written: its key stands for no other study`, async (context) => {
    await using redis = await startLocalRedis();
    await using api = await startApi({ redis });
    const { store } = api.deps;
    const [jobId = ''] = (await stow(api.url, [slice(1)])).jobIds;
    const step = holdCall(
      context,
      store,
      ['writeBytes', 'create'],
      (name) => String(name).endsWith(`/${file}`),
      'before',
    );
    const completion = complete(api, {}, key);
    await step.reached;
    for (const lock of await api.deps.redis.keys('*lock:idempotency*')) await api.deps.redis.del(lock);
    const upload = async () => postStudy(api.url, [['t1w', volume()]], key);
    assert.equal((await problemOf(await upload())).code, 'QUEUE_UNAVAILABLE');
    step.release();
    const answer = await completion;
    assert.deepEqual([answer.status, ((await answer.json()) as JobRecordJson).jobId], [202, jobId]);
    assert.equal((await problemOf(await upload())).code, 'IDEMPOTENCY_KEY_REUSED');
    const again = await complete(api, {}, key);
    assert.equal(((await again.json()) as JobRecordJson).jobId, jobId);
    assert.ok(await hasRequest(store, { tenant, jobId }));
  });
}

test('a study that is too much fails when it is said to be complete, and whoever waits for it is told, though that broke off', async (context) => {
  await using api = await startApi({ settings: { filesMax: 1 } });
  for (const number of [1, 2]) await stow(api.url, [slice(number)]);
  const told: string[] = [];
  const onEnded = context.mock.method(api.deps, 'onEnded', async ({ jobId }: JobName) => {
    told.push(jobId);
  });
  onEnded.mock.mockImplementationOnce(async () => {
    throw new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, { what: 'no answer' });
  });
  assert.equal((await complete(api)).status, 503);
  const record = (await (await complete(api)).json()) as JobRecordJson;
  assert.deepEqual([record.state, record.error?.code], ['FAILED', 'TOO_MANY_FILES']);
  assert.deepEqual(told, [record.jobId]);
});
