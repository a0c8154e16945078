import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyStore } from '@hepastage/access';
import type { JobRecordJson } from '@hepastage/proto';
import { samplesOf } from '../helpers/metrics.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { stow } from '../helpers/stow.ts';
import { type ApiUnderTest, startApi } from './api-under-test.ts';
import { bearer, issueKey, known } from './credentials.ts';
import { slice } from './dicom-objects.ts';
import { RawUpload } from './raw-upload.ts';
import { postStudy, problemOf } from './study-form.ts';
import { volume } from './volumes.ts';

const send = async (api: ApiUnderTest, text: string) => postStudy(api.url, [['t1w', volume()]], bearer(text));

/** An API at an hour before midnight, UTC. */
async function openBeforeMidnight(
  opened: AsyncDisposableStack,
  redis?: Awaited<ReturnType<typeof startLocalRedis>>,
) {
  const time = { ms: Date.parse('2026-03-01T23:00:00Z') };
  const api = opened.use(
    await startApi({
      settings: { authentication: 'required', keysRefreshSeconds: 1, lingerMsMax: 1_000 },
      clock: () => new Date(time.ms),
      ...(redis !== undefined && { redis }),
    }),
  );
  const policies = new PolicyStore(api.deps.store, api.deps.audit);
  return { api, time, policies };
}

test('a tenant sends as many studies a day as it may, and more tomorrow', async () => {
  await using opened = new AsyncDisposableStack();
  const { api, time, policies } = await openBeforeMidnight(opened);
  await policies.put('a', { studiesPerDay: 2 });
  const { text } = await issueKey(api, 'a');
  const other = await issueKey(api, 'b');
  await known(api, other.text);
  assert.equal((await send(api, text)).status, 202);
  // What is refused does not count.
  assert.equal((await postStudy(api.url, [['t1w', new Uint8Array(9)]], bearer(text))).status, 422);
  assert.equal((await send(api, text)).status, 202);
  const refused = await send(api, text);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '3600');
  const problem = await problemOf(refused);
  assert.deepEqual([problem.code, problem.retryable], ['QUOTA_EXCEEDED', true]);
  assert.match(problem.detail, /expected at most 2 a day \(UTC\)/);
  assert.equal((await send(api, other.text)).status, 202);
  assert.equal((await api.deps.quotas.spent('a')).studies, 2);
  time.ms += 3_600_000;
  assert.equal((await send(api, text)).status, 202);
});

test('bytes count as they came, and a study is refused before it is read', async () => {
  await using opened = new AsyncDisposableStack();
  const { api, policies } = await openBeforeMidnight(opened);
  await policies.put('a', { mebibytesPerDay: 1 });
  const { text } = await issueKey(api, 'a');
  await known(api, text);
  assert.equal((await send(api, text)).status, 202);
  const { bytes } = await api.deps.quotas.spent('a');
  assert.ok(bytes >= volume().length && bytes < volume().length + 1_000, `${bytes} bytes`);
  await api.deps.quotas.spend('a', ['another'], 2 ** 20);
  const [before] = await samplesOf(api.url, 'hepastage_upload_bytes_total', bearer(text));
  const refused = await send(api, text);
  assert.equal((await problemOf(refused)).code, 'QUOTA_EXCEEDED');
  const upload = await RawUpload.begin(api.url, 't1w', 2_000_000, bearer(text));
  assert.match(await upload.response(), /^HTTP\/1\.1 429 /);
  const [after] = await samplesOf(api.url, 'hepastage_upload_bytes_total', bearer(text));
  assert.equal(after!.value, before!.value);
});

test('a DICOMweb study counts once, however many requests bring it', async () => {
  await using opened = new AsyncDisposableStack();
  const { api } = await openBeforeMidnight(opened);
  const { quotas } = api.deps;
  const { text } = await issueKey(api, 'a');
  await known(api, text);
  const objects = [slice(1), slice(2), slice(3)];
  const brought = await Promise.all(
    objects.map(async (object) => stow(api.url, [object], { headers: bearer(text) })),
  );
  assert.equal(new Set(brought.flatMap(({ jobIds }) => jobIds)).size, 1);
  const { studies, bytes } = await quotas.spent('a');
  assert.equal(studies, 1);
  const sent = objects.reduce((sum, { length }) => sum + length, 0);
  // What stands between the objects counts as well.
  assert.ok(bytes >= sent && bytes < sent + 1_000, `${bytes} bytes`);
});

test('a study that is accepted stays so, though Redis is away when it is counted', async () => {
  await using opened = new AsyncDisposableStack();
  const redis = opened.use(await startLocalRedis());
  const { api, policies } = await openBeforeMidnight(opened, redis);
  await policies.put('a', { studiesPerDay: 1 });
  const { text } = await issueKey(api, 'a');
  await known(api, text);
  const { jobId } = (await (await send(api, text)).json()) as JobRecordJson;
  assert.ok(jobId);
  await redis.stop();
  await api.deps.quotas.spend('a', [jobId], 1);
  const refused = await send(api, text);
  assert.equal((await problemOf(refused)).code, 'QUEUE_UNAVAILABLE');
});
