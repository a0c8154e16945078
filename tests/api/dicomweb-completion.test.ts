import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiDeps } from '@hepastage/api';
import { uidHasher } from '@hepastage/dicom';
import { objectKeys } from '@hepastage/platform';
import { JobRecord_State, type JobRecordJson } from '@hepastage/proto';
import { text } from '../../packages/dicom/src/testing/mr-object.ts';
import { closeArrival, closeArrivalAsSaid, readSaid } from '@hepastage/jobs';
import { startRedis } from '../helpers/redis-server.ts';
import { OpenStow, stow } from '../helpers/stow.ts';
import { noTraces, startApi, tenant } from './api-under-test.ts';
import { bringing, complete, eraseJob, indexOf, jobsOf } from './arriving-study.ts';
import { slice, sopUid, studyUid } from './dicom-objects.ts';
import { eventually } from './eventually.ts';
import { problemOf } from './study-form.ts';
import { succeed } from './worker-stand-in.ts';

/** The first slice, with pixels of this size. */
const spaced = (spacing: string) => slice(1, { 0x0028_0030: text(0x0028_0030, 'DS', spacing) });

const stateOf = async ({ status }: ApiDeps, jobId: string) => (await status.get(tenant, jobId))?.record.state;

test('a study that came in several requests is one job, queued when it is said to be complete, as was said', async () => {
  await using api = await startApi();
  const first = await stow(api.url, [slice(1), slice(2)]);
  const second = await stow(api.url, [slice(3), slice(2), slice(4)]);
  assert.deepEqual(second.stored, [sopUid(3), sopUid(2), sopUid(4)], 'one that is there already, too');
  assert.deepEqual(second.jobIds, first.jobIds);

  const metadata = { externalReference: 'mine', priority: 'STAT', model: 'phantom-light', webhook: '' };
  const response = await complete(api, { metadata });
  const record = (await response.json()) as JobRecordJson;
  assert.deepEqual(
    [response.status, response.headers.get('location'), record.state],
    [202, `/v1/jobs/${first.jobIds[0]}`, 'QUEUED'],
  );
  assert.deepEqual(
    { ...record.metadata, reportIdentifiers: undefined },
    { ...metadata, reportIdentifiers: undefined },
  );
  const index = await indexOf(api, record.jobId!);
  assert.deepEqual(
    index.map(({ instanceNumber }) => instanceNumber),
    [1, 2, 3, 4],
  );
  const { queued, objects } = await api.traces();
  assert.equal(queued, 1);
  assert.ok(objects.includes(objectKeys.request(tenant, record.jobId!)));
  assert.equal(await eraseJob(api, record.jobId!), 204);
  assert.deepEqual(await api.traces(), noTraces);
});

test('of an instance that came twice, the one that came last counts, and is whole', async () => {
  await using api = await startApi();
  for (let n = 1; n <= 8; n++) await stow(api.url, [spaced(`${n}\\${n}`)]);
  const { jobId = '' } = (await (await complete(api)).json()) as JobRecordJson;
  const [only, ...more] = await indexOf(api, jobId);
  assert.deepEqual(more, []);
  const object = await api.deps.store.readBytes(only!.key, only!.bytes);
  assert.match(object!.toString('latin1'), /8\\8/);
});

test('a study is complete only when nobody is sending it any more', async () => {
  await using api = await startApi();
  await stow(api.url, [slice(1)]);
  const open = OpenStow.begin(api.url);
  await bringing(api, open, [2, 3]);
  assert.equal((await complete(api)).status, 409);
  const problem = await problemOf(await complete(api));
  assert.deepEqual([problem.code, problem.retryable], ['STUDY_ARRIVING', true]);
  const answer = await open.end();
  assert.equal(answer.status, 200);
  const { jobId = '' } = (await (await complete(api)).json()) as JobRecordJson;
  assert.equal((await indexOf(api, jobId)).length, 3);
});

test('a study that nobody sent, or that is complete already, is not found', async () => {
  await using api = await startApi();
  const unknown = await complete(api);
  assert.deepEqual([unknown.status, (await problemOf(unknown)).code], [404, 'STUDY_NOT_FOUND']);
  await stow(api.url, [slice(1)]);
  assert.equal((await complete(api)).status, 202);
  assert.equal((await complete(api)).status, 404);
});

test('a completion that can’t be read changes nothing', async () => {
  await using api = await startApi();
  const { jobIds } = await stow(api.url, [slice(1)]);
  const wrong: [object, number, string][] = [
    [{ studyInstanceUid: 'Doe^Jane' }, 400, 'INVALID_REQUEST'],
    [{ more: 1 }, 400, 'INVALID_REQUEST'],
    [{ metadata: { priority: 'NOW' } }, 400, 'INVALID_REQUEST'],
    [{ metadata: { model: 'another' } }, 422, 'MODEL_NOT_FOUND'],
  ];
  for (const [said, , code] of wrong) {
    const problem = await problemOf(await complete(api, said));
    assert.equal(problem.code, code);
    assert.ok(!problem.detail.includes('Doe'));
  }
  assert.equal(await stateOf(api.deps, jobIds[0]!), JobRecord_State.RECEIVING);
});

test('instances that come after the study is complete are another job', async () => {
  await using api = await startApi();
  const first = await stow(api.url, [slice(1)]);
  await complete(api);
  const later = await stow(api.url, [slice(2)]);
  assert.notDeepEqual(later.jobIds, first.jobIds);
  const found = await jobsOf(api, `?studyInstanceUid=${studyUid}`);
  assert.deepEqual(found.map(({ state }) => state).toSorted(), ['QUEUED', 'RECEIVING']);
});

test('a study that is erased while it arrives is gone, and comes anew when it is sent again', async () => {
  await using api = await startApi();
  const { jobIds } = await stow(api.url, [slice(1)]);
  assert.equal(await eraseJob(api, jobIds[0]!), 204);
  assert.deepEqual(await api.traces(), noTraces);
  assert.equal((await complete(api)).status, 404);
  const again = await stow(api.url, [slice(1)]);
  assert.notDeepEqual(again.jobIds, jobIds);
  assert.equal((await complete(api)).status, 202);
});

test('a request that was bringing a study when it was erased is told, and leaves nothing', async () => {
  await using api = await startApi();
  const { jobIds } = await stow(api.url, [slice(1)]);
  const ended = OpenStow.begin(api.url);
  const broken = OpenStow.begin(api.url);
  for (const open of [ended, broken]) await bringing(api, open, [2, 3]);
  assert.equal(await eraseJob(api, jobIds[0]!), 204);
  await ended.send(slice(4));
  const answer = await ended.end();
  assert.equal((JSON.parse(answer.body) as { code: string }).code, 'UPLOAD_ABORTED');
  assert.equal(answer.status, 400);
  await broken.send(slice(5));
  broken.vanish();
  await eventually(async () => api.traces(), noTraces);
});

test('a study of which nothing came in the end is no job', async () => {
  await using api = await startApi({ closesQuiet: true, settings: { quietMs: 100 } });
  const open = OpenStow.begin(api.url);
  await bringing(api, open, [1, 2]);
  assert.deepEqual(
    (await jobsOf(api)).map(({ state }) => state),
    ['RECEIVING'],
  );
  open.vanish();
  await eventually(async () => api.traces(), noTraces);
});

test('a study is closed by its quiet period, though not while it is coming', async () => {
  await using api = await startApi({ closesQuiet: true, settings: { quietMs: 200 } });
  const open = OpenStow.begin(api.url);
  await open.send(slice(1));
  for (let n = 2; n < 20; n++) {
    await open.send(slice(n));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { jobIds } = await open.end();
  await eventually(async () => stateOf(api.deps, jobIds[0]!), JobRecord_State.QUEUED);
  assert.equal((await indexOf(api, jobIds[0]!)).length, 19);
});

test('closing again, at the same time or later, changes nothing', async () => {
  await using api = await startApi();
  const { deps } = api;
  const { jobIds } = await stow(api.url, [slice(1), slice(2)]);
  const [jobId = ''] = jobIds;
  const studyInstanceUid = (await deps.status.get(tenant, jobId))!.record.studyInstanceUid;
  const arrival = { tenant, studyInstanceUid, jobId };
  await deps.arrivals.close(arrival, '');
  await deps.arrivals.settle(arrival);
  const close = async () => closeArrival(arrival, readSaid(''), deps);
  assert.deepEqual(await Promise.all(Array.from({ length: 8 }, close)), Array(8).fill(true));
  const before = [await api.traces(), await deps.status.get(tenant, jobId)] as const;
  assert.equal(before[0].queued, 1);
  assert.equal(await close(), true);
  assert.deepEqual([await api.traces(), await deps.status.get(tenant, jobId)], before);
  await indexOf(api, jobId);
  // Its worker is done with it.
  await deps.queue.remove(jobId);
  await succeed(deps, jobId);
  assert.equal(await close(), true);
  assert.equal((await api.traces()).queued, 0, 'it is not queued again');
  assert.equal(await stateOf(deps, jobId), JobRecord_State.SUCCEEDED);
  await eraseJob(api, jobId);
  assert.equal(await close(), false);
  assert.deepEqual(await api.traces(), noTraces);
});

test('a job that is erased while it is being closed leaves nothing', async () => {
  await using api = await startApi();
  const { deps } = api;
  const { jobIds } = await stow(api.url, [slice(1)]);
  const [jobId = ''] = jobIds;
  const studyInstanceUid = (await deps.status.get(tenant, jobId))!.record.studyInstanceUid;
  // The erasure comes between the reading of what arrived and the request that is made of it.
  const store: ApiDeps['store'] = new Proxy(deps.store, {
    get: (target, name: keyof ApiDeps['store']) => {
      if (name !== 'writeBytes') return (Reflect.get(target, name) as () => unknown).bind(target);
      return async (...given: Parameters<typeof target.writeBytes>) => {
        if (given[0].endsWith('request.json')) await eraseJob(api, jobId);
        return target.writeBytes(...given);
      };
    },
  });
  const arrival = { tenant, studyInstanceUid, jobId };
  assert.equal(await closeArrival(arrival, readSaid(''), { ...deps, store }), false);
  assert.deepEqual(await api.traces(), noTraces);
});

test('a study of more objects than allowed fails, and says so', async () => {
  await using api = await startApi({ settings: { filesMax: 4 } });
  const within = await stow(
    api.url,
    [1, 2, 3, 4, 5].map((n) => slice(n)),
  );
  assert.deepEqual([within.status, within.failures], [202, { [sopUid(5)]: 0xa7_00 }]);
  await stow(api.url, [slice(5)]);
  const record = (await (await complete(api)).json()) as JobRecordJson;
  assert.deepEqual([record.state, record.error?.code], ['FAILED', 'TOO_MANY_FILES']);
  assert.equal(await eraseJob(api, record.jobId!), 204);
  assert.deepEqual(await api.traces(), noTraces);
});

test('without the object store a request is refused, and sent again later it is a study', async () => {
  await using redis = await startRedis();
  await using working = await startApi({ redis });
  await using failing = await startApi({ redis, store: 'unreachable' });
  const answer = await stow(failing.url, [slice(1)]);
  assert.deepEqual(
    [answer.status, (JSON.parse(answer.body) as { code: string }).code],
    [503, 'STORE_UNAVAILABLE'],
  );
  assert.ok(!answer.body.includes('127.0.0.1'));
  const again = await stow(working.url, [slice(1)]);
  // Nobody is held to be bringing it still.
  assert.equal((await complete(working)).status, 202);
  assert.equal((await indexOf(working, again.jobIds[0]!)).length, 1);
});

test('a completion that the store did not survive can be said again, and is as it was said', async () => {
  await using redis = await startRedis();
  await using working = await startApi({ redis });
  await using failing = await startApi({ redis, store: 'unreachable' });
  const { jobIds } = await stow(working.url, [slice(1)]);
  const said = { metadata: { externalReference: 'mine' } };
  assert.equal((await complete(failing, said)).status, 503);
  const record = (await (await complete(working)).json()) as JobRecordJson;
  assert.deepEqual([record.jobId, record.metadata?.externalReference], [jobIds[0], 'mine']);
});

test('a study that could not be closed is tried again, as it was said', async () => {
  await using redis = await startRedis();
  const settings = { quietMs: 150 };
  await using api = await startApi({ redis, settings });
  await using failing = await startApi({ redis, store: 'unreachable', settings });
  const { jobIds } = await stow(api.url, [slice(1)]);
  assert.equal((await complete(failing, { metadata: { externalReference: 'mine' } })).status, 503);
  let failures = 0;
  await api.deps.arrivals.closeQuiet(async (arrival, said) => {
    failures += 1;
    await closeArrivalAsSaid(arrival, said, failures < 3 ? failing.deps : api.deps);
  });
  await eventually(async () => stateOf(api.deps, jobIds[0]!), JobRecord_State.QUEUED);
  assert.equal(failures, 3);
  const record = (await api.deps.status.get(tenant, jobIds[0]!))?.record;
  assert.equal(record?.metadata?.externalReference, 'mine');
});

test('whoever takes longer to bring a study than it waits for is told that it went on without', async () => {
  await using api = await startApi({
    closesQuiet: true,
    settings: { quietMs: 500, uploadMsMax: 99_999, requestMsMax: 100_000 },
  });
  const { deps } = api;
  const { jobIds } = await stow(api.url, [slice(1)]);
  const { studyInstanceUid } = (await deps.status.get(tenant, jobIds[0]!))!.record;
  const open = OpenStow.begin(api.url);
  await bringing(api, open, [2, 3]);
  // As if its time were over: its part in the arrival is taken from it.
  await deps.arrivals.abandon({ tenant, studyInstanceUid, jobId: jobIds[0]! });
  await closeArrival({ tenant, studyInstanceUid, jobId: jobIds[0]! }, readSaid(''), deps);
  const answer = await open.end();
  assert.equal((JSON.parse(answer.body) as { code: string }).code, 'UPLOAD_TIMEOUT');
  assert.equal((await indexOf(api, jobIds[0]!)).length, 1);
});

test('no byte in the store or in Redis has the UIDs of a study that came over DICOMweb', async () => {
  await using api = await startApi();
  const { jobIds } = await stow(api.url, [slice(1)]);
  const hashed = uidHasher('a key of the tests, long enough', tenant)(studyUid);
  assert.equal((await api.deps.status.get(tenant, jobIds[0]!))?.record.studyInstanceUid, hashed);
  await complete(api);
  for (const key of (await api.traces()).objects) {
    const bytes = await api.deps.store.readBytes(key, 1_000_000);
    assert.ok(!key.includes(studyUid));
    assert.ok(!bytes!.toString('latin1').includes(studyUid), key);
  }
});
