import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentName, defaultMetadata, idempotencyName, readMarker, writeSaid } from '@hepastage/jobs';
import { PolicyStore } from '@hepastage/access';
import { type JobRecordJson, JobRecord_State } from '@hepastage/proto';
import { stow } from '../helpers/stow.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { type ApiUnderTest, noTraces, startApi, tenant } from './api-under-test.ts';
import { complete, jobsOf } from './arriving-study.ts';
import { slice, studyUid } from './dicom-objects.ts';
import { eventually } from './eventually.ts';
import { RawUpload } from './raw-upload.ts';
import { type Parts, postStudy, problemOf, studyForm } from './study-form.ts';
import { gzip, volume } from './volumes.ts';
import { fail, succeed } from './worker-stand-in.ts';

const study: Parts = [
  ['t1w', volume()],
  ['t2w', gzip(volume())],
  ['metadata', '{"externalReference":"a"}'],
];
const key = '"8e03978e-40d5-43e8-bc93-6894a57f9324"';
const keyed = { 'idempotency-key': key };

async function accepted(response: Response): Promise<JobRecordJson> {
  assert.equal(response.status, 202);
  return (await response.json()) as JobRecordJson;
}

async function post(api: ApiUnderTest, parts: Parts = study, headers: Record<string, string> = keyed) {
  return postStudy(api.url, parts, headers);
}

test('the same study under the same key is the same job, whatever has become of it, and nothing of it is kept twice', async () => {
  await using api = await startApi();
  const first = await post(api);
  assert.equal(first.headers.get('idempotency-replayed'), null);
  const { jobId } = await accepted(first);
  const once = await api.traces();
  // The order of parts, white space in the metadata and the form of the key do not count.
  const again = await post(api, [['metadata', ' {"externalReference": "a"}'], study[1]!, study[0]!], {
    'idempotency-key': key.slice(1, -1),
  });
  assert.deepEqual(
    [again.headers.get('idempotency-replayed'), again.headers.get('location')],
    ['true', `/v1/jobs/${jobId}`],
  );
  assert.equal((await accepted(again)).jobId, jobId);
  assert.deepEqual(await api.traces(), once);

  await succeed(api.deps, jobId!);
  assert.equal((await accepted(await post(api))).state, 'SUCCEEDED');
  assert.deepEqual(
    (await jobsOf(api)).map((job) => job.jobId),
    [jobId],
  );
});

test('another study under the same key is refused, and the first stays as it was', async () => {
  await using api = await startApi();
  const { jobId } = await accepted(await post(api));
  const once = await api.traces();
  const others: readonly Parts[] = [
    [study[0]!, study[2]!],
    [study[0]!, ['t2w', gzip(volume({ voxel: (i) => i }))], study[2]!],
    [study[0]!, study[1]!, ['metadata', '{"externalReference":"b"}']],
    [['t2w', volume()], ['t1w', gzip(volume())], study[2]!],
  ];
  for (const other of others) {
    const refused = await post(api, other);
    assert.deepEqual([refused.status, (await problemOf(refused)).code], [422, 'IDEMPOTENCY_KEY_REUSED']);
  }
  assert.deepEqual(await api.traces(), once);
  assert.equal((await accepted(await post(api))).jobId, jobId);
});

test('a key whose request is still in hand is refused for the moment, and of many at once exactly one is accepted', async () => {
  await using api = await startApi();
  const answers = await Promise.all(Array.from({ length: 6 }, async () => post(api)));
  const statuses = answers.map(({ status }) => status);
  assert.ok(statuses.every((status) => status === 202 || status === 409));
  assert.ok(statuses.includes(202));
  const jobs = await Promise.all(
    answers.filter(({ status }) => status === 202).map(async (answer) => (await accepted(answer)).jobId),
  );
  assert.equal(new Set(jobs).size, 1);
  for (const refused of answers.filter(({ status }) => status === 409)) {
    const { code, retryable } = await problemOf(refused);
    assert.deepEqual([code, retryable], ['IDEMPOTENCY_KEY_IN_FLIGHT', true]);
    assert.ok(Number(refused.headers.get('retry-after')) >= 1);
  }
  assert.equal((await accepted(await post(api))).jobId, jobs[0]);
  assert.equal((await jobsOf(api)).length, 1);
});

test('a refused study frees its key', async () => {
  await using api = await startApi();
  const broken = await post(api, [['t1w', volume().slice(0, 500)]]);
  assert.equal(broken.status, 422);
  assert.deepEqual(await api.traces(), noTraces);
  await accepted(await post(api));
});

test('the key survives a loss of Redis', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  const { jobId } = await accepted(await post(api));
  await api.deps.redis.flushall();
  const again = await accepted(await post(api));
  assert.deepEqual([again.jobId, again.state], [jobId, 'QUEUED']);
  assert.equal(await api.deps.queue.state(jobId!), 'waiting', 'the queue has it again, too');
});

test('a lock that is lost with Redis ends its request, and leaves nothing', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  const { body, headers } = new Request('http://127.0.0.1', { method: 'POST', body: studyForm(study) });
  const bytes = Buffer.concat(await Array.fromAsync(body!));
  const half = Math.floor(bytes.length / 2);
  async function* halting() {
    yield bytes.subarray(0, half);
    await eventually(async () => (await api.deps.redis.keys('*:lock:idempotency:*')).length, 1);
    await api.deps.redis.flushall();
    yield bytes.subarray(half);
  }
  const response = await fetch(`${api.url}/v1/studies`, {
    method: 'POST',
    headers: { ...keyed, 'content-type': headers.get('content-type')! },
    body: halting(),
    duplex: 'half',
  });
  assert.deepEqual([response.status, (await problemOf(response)).code], [503, 'QUEUE_UNAVAILABLE']);
  const { objects, queued } = await api.traces();
  assert.deepEqual([objects, queued], [[], 0]);
});

test('an erased job takes its key along', async () => {
  await using api = await startApi();
  const { jobId } = await accepted(await post(api));
  assert.equal((await fetch(`${api.url}/v1/jobs/${jobId}`, { method: 'DELETE' })).status, 204);
  assert.deepEqual(await api.traces(), noTraces);
  assert.notEqual((await accepted(await post(api))).jobId, jobId);
});

test('a key whose job is being erased is refused for the moment, though Redis has lost the job', async () => {
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  const { jobId } = await accepted(await post(api));
  const { queue } = api.deps;
  const remove = queue.remove.bind(queue);
  queue.remove = async () => Promise.reject(new Error('away'));
  assert.ok((await fetch(`${api.url}/v1/jobs/${jobId}`, { method: 'DELETE' })).status >= 500);
  queue.remove = remove;
  await api.deps.redis.flushall();
  const refused = await post(api);
  assert.deepEqual([refused.status, (await problemOf(refused)).code], [409, 'IDEMPOTENCY_KEY_IN_FLIGHT']);
  assert.equal(refused.headers.get('retry-after'), '60');
  assert.equal((await fetch(`${api.url}/v1/jobs/${jobId}`, { method: 'DELETE' })).status, 204);
  assert.notEqual((await accepted(await post(api))).jobId, jobId);
});

test('a client that goes away while it repeats a study breaks nothing off but its repeat', async () => {
  await using api = await startApi();
  const { jobId } = await accepted(await post(api, [study[0]!]));
  const once = await api.traces();
  const active = async () => {
    const metric = await api.deps.registry.getSingleMetric('hepastage_uploads_active')?.get();
    return metric?.values[0]?.value;
  };
  for (const share of [0.1, 0.5, 0.9]) {
    const upload = await RawUpload.begin(api.url, 't1w', 1_000_000, keyed);
    await upload.send(volume().subarray(0, share * volume().length));
    await eventually(active, 1);
    upload.vanish();
    await eventually(active, 0);
  }
  assert.equal((await accepted(await post(api, [study[0]!]))).jobId, jobId);
  assert.deepEqual(await api.traces(), once);
});

test('an erased job takes along the keys that it was given later', async () => {
  await using api = await startApi({ settings: { keysRefreshSeconds: 1 } });
  await new PolicyStore(api.deps.store, api.deps.audit).put(tenant, { deduplicate: true });
  const before = await api.traces();
  const { jobId } = await accepted(await post(api));
  const twin = await accepted(await post(api, study, { 'idempotency-key': 'another' }));
  assert.equal(twin.jobId, jobId, 'the same content');
  const again = await accepted(await post(api, study, { 'idempotency-key': 'another' }));
  assert.equal(again.jobId, jobId);
  assert.equal((await fetch(`${api.url}/v1/jobs/${jobId}`, { method: 'DELETE' })).status, 204);
  assert.deepEqual(await api.traces(), before);
});

test('an erased job takes along the key of whoever said later that its study is complete', async () => {
  await using api = await startApi();
  const { jobIds } = await stow(api.url, [slice(1), slice(2)]);
  // The first who says so dies before anything follows from it.
  const hashed = api.deps.uidHasherOf(tenant)(studyUid);
  const said = { metadata: defaultMetadata(), idempotencyKeySha256: '', contentSha256: '', traceparent: '' };
  await api.deps.arrivals.close({ tenant, studyInstanceUid: hashed }, writeSaid(said));
  const { jobId } = await accepted(await complete(api, {}, keyed));
  assert.equal(jobId, jobIds[0]);
  assert.equal((await fetch(`${api.url}/v1/jobs/${jobId}`, { method: 'DELETE' })).status, 204);
  assert.deepEqual(await api.traces(), noTraces);
});

test('a marker whose upload broke off before its request stands for nothing', async () => {
  await using api = await startApi();
  const { jobId } = await accepted(await post(api));
  const name = idempotencyName(tenant, key.slice(1, -1));
  assert.equal((await readMarker(name, api.deps.store))?.jobId, jobId);
  await api.deps.store.erase(`tenants/${tenant}/jobs/${jobId}/request.json`);
  assert.equal(await readMarker(name, api.deps.store), undefined);
  assert.notEqual((await accepted(await post(api))).jobId, jobId);
});

test('a study that came over DICOMweb is said to be complete as often as one likes', async () => {
  await using api = await startApi();
  const { jobIds } = await stow(api.url, [slice(1), slice(2)]);
  const say = async (said: object) =>
    fetch(`${api.url}/v1/studies`, {
      method: 'POST',
      body: JSON.stringify({ studyInstanceUid: studyUid, ...said }),
      headers: { 'content-type': 'application/json', ...keyed },
    });
  assert.equal((await accepted(await say({}))).jobId, jobIds[0]);
  const again = await say({});
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.equal((await accepted(again)).jobId, jobIds[0]);
  const other = await say({ metadata: { externalReference: 'b' } });
  assert.equal((await problemOf(other)).code, 'IDEMPOTENCY_KEY_REUSED');
  assert.equal((await complete(api)).status, 404, 'without a key it was complete already');
});

test('where a tenant wants it, the same content is the same job without a key, unless that has failed', async () => {
  await using api = await startApi({ settings: { keysRefreshSeconds: 1 } });
  const policies = new PolicyStore(api.deps.store, api.deps.audit);
  await policies.put(tenant, { deduplicate: true });
  const { jobId, state } = await accepted(await post(api, study, {}));
  assert.equal(state, 'QUEUED');
  const once = await api.traces();
  const again = await post(api, study, {});
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.equal((await accepted(again)).jobId, jobId);
  assert.deepEqual(await api.traces(), once);
  const other = await accepted(await post(api, [study[0]!], {}));
  assert.notEqual(other.jobId, jobId);

  await fail(api.deps, jobId!);
  const anew = await accepted(await post(api, study, {}));
  assert.notEqual(anew.jobId, jobId);
  assert.equal(
    (await api.deps.status.get(tenant, jobId!))?.record.state,
    JobRecord_State.FAILED,
    'a terminal state stays',
  );
  const request = await api.deps.store.readBytes(`tenants/${tenant}/jobs/${anew.jobId}/request.json`, 9_999);
  const { contentSha256 } = JSON.parse(request!.toString()) as { contentSha256: string };
  assert.equal((await readMarker(contentName(tenant, contentSha256), api.deps.store))?.jobId, anew.jobId);
});

test('what is no key is refused before anything is read', async () => {
  await using api = await startApi();
  const refused = await post(api, study, { 'idempotency-key': '"' });
  assert.deepEqual([refused.status, (await problemOf(refused)).code], [400, 'INVALID_REQUEST']);
});
