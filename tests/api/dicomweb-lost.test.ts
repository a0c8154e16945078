import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeArrival, readSaid } from '@hepastage/jobs';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { OpenStow, stow } from '../helpers/stow.ts';
import { type ApiUnderTest, noTraces, startApi, tenant } from './api-under-test.ts';
import { bringing, eraseJob, indexOf, sweepLater } from './arriving-study.ts';
import { slice } from './dicom-objects.ts';
import { eventually } from './eventually.ts';

/** An API that loses its Redis while it runs, and closes studies after their quiet period. */
async function startForgetful(quietMs = 60_000) {
  await using opening = new AsyncDisposableStack();
  const redis = opening.use(await startLocalRedis());
  const api = opening.use(await startApi({ redis, closesQuiet: true, settings: { quietMs } }));
  const opened = opening.move();
  return { api, [Symbol.asyncDispose]: async () => opened.disposeAsync() };
}

async function stateOf({ url }: ApiUnderTest, jobId = ''): Promise<unknown> {
  const response = await fetch(`${url}/v1/jobs/${jobId}`);
  return response.ok ? ((await response.json()) as { state: string }).state : response.status;
}

const objectsOf = async (api: ApiUnderTest) => (await api.traces()).objects;

for (const way of ['ends', 'breaks off'] as const) {
  for (const wasAsked of [false, true]) {
    const when = wasAsked ? ', after it was asked for' : '';
    test(`what was answered with 200 outlives a loss of Redis under another request, which ${way}${when}`, async () => {
      await using started = await startForgetful();
      const { api } = started;
      const kept = await stow(api.url, [slice(1), slice(2)]);
      const [jobId = ''] = kept.jobIds;
      const before = await objectsOf(api);
      const open = OpenStow.begin(api.url);
      await bringing(api, open, [2, 3, 4]);
      await api.deps.redis.flushall();
      if (wasAsked) assert.equal(await stateOf(api, jobId), 'RECEIVING');
      if (way === 'breaks off') {
        open.vanish();
        await eventually(async () => objectsOf(api), before);
      } else {
        const { status, body } = await open.end();
        assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [503, 'QUEUE_UNAVAILABLE']);
        const indexes = async () => (await objectsOf(api)).filter((key) => key.includes('/arrival-'));
        assert.deepEqual(
          await indexes(),
          before.filter((key) => key.includes('/arrival-')),
        );
      }
      await sweepLater(api);
      assert.equal(await stateOf(api, jobId), 'QUEUED');
      const index = await indexOf(api, jobId);
      assert.deepEqual(
        index.map(({ instanceNumber }) => instanceNumber),
        [1, 2],
      );
      assert.equal(await eraseJob(api, jobId), 204);
      assert.deepEqual(await api.traces(), noTraces);
    });
  }
}

test('a study that was arriving when Redis lost everything is staged after a quiet period once somebody asks for it', async () => {
  await using started = await startForgetful(200);
  const { api } = started;
  const [jobId = ''] = (await stow(api.url, [slice(1)])).jobIds;
  await api.deps.redis.flushall();
  assert.notEqual(await stateOf(api, jobId), 404);
  await eventually(async () => stateOf(api, jobId), 'QUEUED');
});

test('where nothing was promised before Redis lost everything, nothing is left of who was bringing', async () => {
  await using started = await startForgetful();
  const { api } = started;
  const [ended, broken] = [OpenStow.begin(api.url), OpenStow.begin(api.url)];
  for (const open of [ended, broken]) await bringing(api, open, [1, 2]);
  await api.deps.redis.flushall();
  assert.equal((await ended.end()).status, 400);
  broken.vanish();
  await eventually(async () => api.traces(), noTraces);
});

test('a study that was arriving when Redis lost everything is found, and can be erased', async () => {
  await using started = await startForgetful();
  const { api } = started;
  const [jobId = ''] = (await stow(api.url, [slice(1)])).jobIds;
  await api.deps.redis.flushall();
  assert.equal(await stateOf(api, jobId), 'RECEIVING');
  await api.deps.redis.flushall();
  assert.equal(await eraseJob(api, jobId), 204);
  assert.equal(await stateOf(api, jobId), 404);
  assert.deepEqual(await api.traces(), noTraces);
});

test('a study that Redis loses while it is being closed stays, and is staged', async () => {
  await using started = await startForgetful();
  const { api } = started;
  const { deps } = api;
  const [jobId = ''] = (await stow(api.url, [slice(1)])).jobIds;
  const { studyInstanceUid } = (await deps.status.get(tenant, jobId))!.record;
  const { store } = deps;
  const writeBytes = store.writeBytes.bind(store);
  store.writeBytes = async (key, ...rest) => {
    if (key.endsWith('request.json')) await deps.redis.flushall();
    return writeBytes(key, ...rest);
  };
  const arrival = { tenant, studyInstanceUid, jobId };
  await assert.rejects(closeArrival(arrival, readSaid(''), deps), { codeName: 'QUEUE_UNAVAILABLE' });
  assert.equal(await stateOf(api, jobId), 'QUEUED');
  assert.equal(await deps.queue.state(jobId), 'waiting');
  assert.equal((await indexOf(api, jobId)).length, 1);
});
