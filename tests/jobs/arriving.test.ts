import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultMetadata, writeSaid } from '@hepastage/jobs';
import { JobRecord_State } from '@hepastage/proto';
import { type ApiUnderTest, startApi, tenant } from '../api/api-under-test.ts';
import { bringing, indexOf, sweepLater } from '../api/arriving-study.ts';
import { slice } from '../api/dicom-objects.ts';
import { eventually } from '../api/eventually.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { OpenStow, stow } from '../helpers/stow.ts';

async function recordOf({ deps }: ApiUnderTest, jobId = '') {
  return (await deps.status.get(tenant, jobId))!.record;
}

const { RECEIVING, QUEUED } = JobRecord_State;

test('a study that somebody left a moment ago is not closed by the sweep, and whoever comes again joins it', async () => {
  await using api = await startApi();
  const first = await stow(api.url, [slice(1)]);
  const [jobId = ''] = first.jobIds;
  const before = (await api.traces()).objects;
  const open = OpenStow.begin(api.url);
  await bringing(api, open, [2, 3]);
  await sweepLater(api);
  assert.equal((await recordOf(api, jobId)).state, RECEIVING, 'somebody is bringing more');
  open.vanish();
  await eventually(async () => (await api.traces()).objects, before);
  await sweepLater(api);
  assert.equal((await recordOf(api, jobId)).state, RECEIVING, 'somebody left just now');
  assert.deepEqual((await stow(api.url, [slice(2), slice(3)])).jobIds, first.jobIds);
  await sweepLater(api, 0);
  assert.equal((await recordOf(api, jobId)).state, QUEUED);
  assert.equal((await indexOf(api, jobId)).length, 3);
});

test('a sweep that heals an arrival which Redis lost leaves the study’s next one open', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  const old = await stow(api.url, [slice(1), slice(2)]);
  await api.deps.redis.flushall();
  const next = await stow(api.url, [slice(3)]);
  assert.notDeepEqual(next.jobIds, old.jobIds);
  await sweepLater(api);
  assert.equal((await recordOf(api, old.jobIds[0])).state, QUEUED);
  assert.equal((await indexOf(api, old.jobIds[0]!)).length, 2);
  assert.equal((await recordOf(api, next.jobIds[0])).state, RECEIVING);
  assert.deepEqual((await stow(api.url, [slice(4)])).jobIds, next.jobIds);
});

test('a sweep stages an arrival as was said of it, though the study’s next one is open', async () => {
  await using api = await startApi();
  const old = await stow(api.url, [slice(1)]);
  const { studyInstanceUid } = await recordOf(api, old.jobIds[0]);
  // Whoever said so died then.
  const metadata = { ...defaultMetadata(), externalReference: 'mine' };
  const said = writeSaid({ metadata, idempotencyKeySha256: '', contentSha256: '', traceparent: '' });
  await api.deps.arrivals.close({ tenant, studyInstanceUid }, said);
  const next = await stow(api.url, [slice(2)]);
  await sweepLater(api);
  const record = await recordOf(api, old.jobIds[0]);
  assert.deepEqual([record.state, record.metadata?.externalReference], [QUEUED, 'mine']);
  assert.equal((await recordOf(api, next.jobIds[0])).state, RECEIVING);
});
