import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  eraseJob,
  hasRequest,
  jobErrorOf,
  readRequest,
  readResult,
  reconcile,
  recordFailure,
} from '@hepastage/jobs';
import { objectKeys } from '@hepastage/platform';
import {
  ErrorCode,
  HepastageError,
  JobRecord_State,
  type JobRecordJson,
  type StudyRequest,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { ImagingPool, loadModelPackage, StagingModel } from '@hepastage/staging';
import { ApiClient } from '../../packages/cli/src/server/client.ts';
import { interruptions } from '../../services/worker/src/interruption.ts';
import { type AttemptControl, runStudy, type WorkerParts } from '../../services/worker/src/run-study.ts';
import { type ApiUnderTest, noTraces, startApi, tenant } from '../api/api-under-test.ts';
import { complete } from '../api/arriving-study.ts';
import { slice } from '../api/dicom-objects.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { stow } from '../helpers/stow.ts';
import { phantomStudy } from '../helpers/studies.ts';

/** However a job's end is met by another, by a death, or by a loss of Redis: what a client has seen of it stays. */

const { SUCCEEDED, FAILED, CANCELLED } = JobRecord_State;
const dayMs = 86_400_000;
const limits = { decompressedBytesMax: 2 ** 26, voxelsMax: 2 ** 24 };
let model: StagingModel;
let imaging: ImagingPool;
before(async () => {
  const batch = { slicesMax: 16, delayMsMax: 10 };
  model = await StagingModel.start(await loadModelPackage('models/phantom-light'), {
    providers: ['cpu'],
    threads: 1,
    batch,
  });
  imaging = new ImagingPool(1);
});
after(async () => {
  await imaging.close();
  await model.stop();
});

/** An API with a Redis of its own, which may be emptied, and a study that it has accepted. */
async function accepted() {
  await using opening = new AsyncDisposableStack();
  const redis = opening.use(await startLocalRedis());
  const api = opening.use(await startApi({ redis, settings: { voxelsMax: limits.voxelsMax } }));
  const { jobId } = await new ApiClient(api.url).submit(
    { t2w: phantomStudy('mild').t2w },
    create(StudyMetadataSchema, {}),
  );
  const study = (await readRequest(api.deps.store, { tenant, jobId }))!;
  const opened = opening.move();
  return { api, study, jobId, [Symbol.asyncDispose]: async () => opened.disposeAsync() };
}

/** `target`, with some of its methods replaced. */
function altered<T extends object>(target: T, changes: Partial<T>): T {
  return new Proxy(target, {
    get: (of, name) => {
      const found = (Reflect.get(changes, name) ?? Reflect.get(of, name)) as unknown;
      return typeof found === 'function' ? (found.bind(of) as unknown) : found;
    },
  });
}

/** One attempt of a worker at the study, over the API's stores or over altered ones. */
async function attempt(
  { deps }: ApiUnderTest,
  study: StudyRequest,
  { parts = {}, control = {} }: { parts?: Partial<WorkerParts>; control?: Partial<AttemptControl> } = {},
) {
  const { store, status } = deps;
  return runStudy(
    study,
    {
      store,
      status,
      model,
      opinionModels: [],
      imaging,
      limits,
      software: 'test',
      onOpinion: () => undefined,
      onWriteFailed: () => undefined,
      ...parts,
    },
    { signal: new AbortController().signal, mayRetry: () => false, ...control },
  );
}

/** A worker that freezes before it writes its result, or before its first artefact. */
function freezing({ deps: { store } }: ApiUnderTest, step: 'create' | 'writeBytes' = 'create') {
  const frozen = Promise.withResolvers<void>();
  const thawed = Promise.withResolvers<void>();
  const slow = altered(store, {
    [step]: async (...given: Parameters<typeof store.writeBytes>) => {
      frozen.resolve();
      await thawed.promise;
      return store[step](...given);
    },
  });
  return { store: slow, frozen: frozen.promise, thaw: () => thawed.resolve() };
}

const refusing = (code: ErrorCode) => async () =>
  Promise.reject(new HepastageError(code, { what: 'refused' }));
/** Redis never hears of it. */
const dead = refusing(ErrorCode.QUEUE_UNAVAILABLE);
const outOfTime = { signal: AbortSignal.abort(interruptions.timeout(1)) };

/** What a client sees: `state` is the answer's status where there is no job. */
async function seen({ url }: ApiUnderTest, jobId: string) {
  const response = await fetch(`${url}/v1/jobs/${jobId}`);
  const { state, error, stage } = (await response.json()) as JobRecordJson;
  return { state: response.ok ? state : response.status, code: error?.code, stage };
}

/** What a client sees now, and has to see after Redis has lost everything. */
async function seenForGood(api: ApiUnderTest, jobId: string) {
  const now = await seen(api, jobId);
  await api.deps.redis.flushall();
  assert.deepEqual(await seen(api, jobId), now, 'after a loss of Redis');
  return now;
}

async function objectsOf({ deps: { store } }: ApiUnderTest, jobId: string): Promise<string[]> {
  const folder = objectKeys.job(tenant, jobId);
  return (await Array.fromAsync(store.list(folder))).map(({ key }) => key.slice(folder.length));
}

test('a worker that thaws after its study has failed for good makes no success of it', async () => {
  await using job = await accepted();
  const { api, study, jobId } = job;
  const { store, frozen, thaw } = freezing(api);
  const late = attempt(api, study, { parts: { store }, control: { mayRetry: () => true } });
  await frozen;
  assert.equal((await attempt(api, study, { control: outOfTime })).kind, 'failed');
  thaw();
  assert.equal((await late).kind, 'dropped');
  const { state, code } = await seenForGood(api, jobId);
  assert.deepEqual([state, code], ['FAILED', 'JOB_TIMEOUT']);
  assert.ok(!(await objectsOf(api, jobId)).some((name) => name.startsWith('artefacts/')));
});

test('an attempt that fails for good after a late one has written its result lets the study succeed', async () => {
  await using job = await accepted();
  const { api, study, jobId } = job;
  const { store, frozen, thaw } = freezing(api);
  const late = attempt(api, study, { parts: { store } });
  await frozen;
  const second = freezing(api);
  const failing = new AbortController();
  const last = attempt(api, study, { parts: { store: second.store }, control: { signal: failing.signal } });
  await second.frozen;
  thaw();
  await late;
  failing.abort(interruptions.timeout(1));
  second.thaw();
  assert.deepEqual(await last, { kind: 'dropped', state: SUCCEEDED }, 'who waits for it is told');
  const { state, stage } = await seenForGood(api, jobId);
  assert.deepEqual([state, stage], ['SUCCEEDED', 'mild']);
});

test('an attempt that gives its study back because a late one was first takes its artefacts back, though nobody takes the study up again', async () => {
  await using job = await accepted();
  const { api, study, jobId } = job;
  const { store, frozen, thaw } = freezing(api);
  const late = attempt(api, study, { parts: { store } });
  await frozen;
  const second = freezing(api, 'writeBytes');
  const last = attempt(api, study, {
    // Its reports are others.
    parts: { store: second.store, software: 'another version' },
    control: { mayRetry: () => true },
  });
  await second.frozen;
  thaw();
  await late;
  second.thaw();
  assert.equal((await last).kind, 'returned');
  await api.deps.redis.flushall();
  assert.equal((await seen(api, jobId)).state, 'SUCCEEDED');
  const { artefacts } = (await readResult(api.deps.store, { tenant, jobId }))!;
  const listed = artefacts.map(({ sha256, name }) => `artefacts/${sha256}/${name}`);
  const present = (await objectsOf(api, jobId)).filter((name) => name.startsWith('artefacts/'));
  assert.deepEqual(present.toSorted(), listed.toSorted());
});

test('a study whose last worker died after its result has succeeded, however many it has killed', async () => {
  await using job = await accepted();
  const { api, study, jobId } = job;
  const status = altered(api.deps.status, { succeed: dead, requeue: dead, fail: dead });
  await assert.rejects(attempt(api, study, { parts: { status }, control: { mayRetry: () => true } }));
  const givenUp = new HepastageError(ErrorCode.JOB_STALLED, { what: 'its worker died 3 times' });
  assert.deepEqual(await attempt(api, study, { control: { givenUp } }), {
    kind: 'dropped',
    state: SUCCEEDED,
  });
  const { state, stage } = await seenForGood(api, jobId);
  assert.deepEqual([state, stage], ['SUCCEEDED', 'mild']);
});

test('an attempt that was overtaken does not fail the study that another has in hand', async () => {
  await using job = await accepted();
  const { api, study, jobId } = job;
  const { store, frozen, thaw } = freezing(api);
  const first = await api.deps.status.claim(tenant, jobId);
  assert.ok(first.kind === 'claimed');
  const taking = attempt(api, study, { parts: { store } });
  await frozen;
  const error = jobErrorOf(interruptions.timeout(1));
  assert.equal(await recordFailure(study, error, api.deps, first.token), undefined);
  thaw();
  assert.equal((await taking).kind, 'succeeded');
  assert.equal((await seenForGood(api, jobId)).state, 'SUCCEEDED');
});

test('a failure that can’t be kept is none yet: the study goes back, and fails once it can be kept', async () => {
  await using job = await accepted();
  const { api, study, jobId } = job;
  const store = altered(api.deps.store, { create: refusing(ErrorCode.STORE_FULL) });
  assert.equal((await attempt(api, study, { parts: { store }, control: outOfTime })).kind, 'returned');
  assert.equal((await seenForGood(api, jobId)).state, 'QUEUED');
  assert.equal((await attempt(api, study, { control: outOfTime })).kind, 'failed');
  assert.equal((await seenForGood(api, jobId)).state, 'FAILED');
});

test('a study that was seen to fail is not staged again, though Redis has lost its last second', async () => {
  await using job = await accepted();
  const { api, study, jobId } = job;
  const { redis, status, config } = api.deps;
  await status.claim(tenant, jobId);
  const key = `${config.redisPrefix}:job:${tenant}:${jobId}`;
  const second = await redis.dumpBuffer(key);
  assert.equal((await attempt(api, study, { control: outOfTime })).kind, 'failed');
  const told = await seen(api, jobId);
  await redis.restore(key, 0, second, 'REPLACE');
  assert.equal((await status.get(tenant, jobId))?.record.state, JobRecord_State.RUNNING);
  assert.deepEqual(await attempt(api, study), { kind: 'dropped', state: FAILED });
  assert.deepEqual(await seen(api, jobId), told);
});

test('a study that was deleted is not staged, though Redis has lost its last second, or everything', async () => {
  await using job = await accepted();
  const { api, study, jobId } = job;
  const { redis, queue, config } = api.deps;
  const key = `${config.redisPrefix}:job:${tenant}:${jobId}`;
  const second = await redis.dumpBuffer(key);
  const dying = { ...api.deps, queue: altered(queue, { remove: dead }) };
  await assert.rejects(eraseJob({ tenant, jobId }, { actor: 'owner' }, dying));
  assert.equal((await seen(api, jobId)).state, 'CANCELLED');

  await redis.restore(key, 0, second, 'REPLACE');
  assert.deepEqual(await attempt(api, study), { kind: 'dropped', state: CANCELLED });
  assert.equal((await seen(api, jobId)).state, 'CANCELLED');

  await redis.flushall();
  assert.equal((await seen(api, jobId)).state, 404);
  assert.equal(await queue.state(jobId), 'absent');
  assert.ok(await hasRequest(api.deps.store, { tenant, jobId }), 'the sweep erases it, in a minute');
});

test('a record that is written anew while its job is erased goes with the job', async () => {
  await using job = await accepted();
  const { api, study, jobId } = job;
  const { status, redis } = api.deps;
  assert.equal((await attempt(api, study)).kind, 'succeeded');
  await redis.flushall();
  // The DELETE of another replica runs to its end after this one has read what there is, and before it writes the record.
  const restore = status.restore.bind(status);
  status.restore = async (record) => {
    status.restore = restore;
    await eraseJob({ tenant, jobId }, { actor: 'owner' }, api.deps);
    return restore(record);
  };
  assert.equal((await seen(api, jobId)).state, 404);
  assert.deepEqual(await api.traces(), noTraces);
});

test('nobody is told that there is no job while Redis loses it again and again', async () => {
  await using job = await accepted();
  const { api, jobId } = job;
  const { status, redis } = api.deps;
  const restore = status.restore.bind(status);
  status.restore = async (record) => {
    const isRestored = await restore(record);
    await redis.flushall();
    return isRestored;
  };
  await redis.flushall();
  assert.deepEqual(await seen(api, jobId), { state: 503, code: undefined, stage: undefined });
  status.restore = restore;
  assert.equal((await seen(api, jobId)).state, 'QUEUED');
});

test('a study that failed before it was whole stays so when Redis loses it, and goes when its retention is over', async () => {
  await using redis = await startLocalRedis();
  let offsetMs = 0;
  const clock = () => new Date(Date.now() + offsetMs);
  await using api = await startApi({ redis, clock, settings: { filesMax: 1 } });
  const first = await stow(api.url, [slice(1)]);
  await stow(api.url, [slice(2)]);
  const jobId = first.jobIds[0]!;
  await complete(api);
  const { state, code } = await seenForGood(api, jobId);
  assert.deepEqual([state, code], ['FAILED', 'TOO_MANY_FILES']);

  const verdicts: string[] = [];
  const sweep = async () =>
    reconcile(
      {
        orphanMs: 7_200_000,
        quietMs: 1_000,
        retentionMsOf: async () => dayMs,
        onVerdict: (_job, verdict) => verdicts.push(verdict),
        onError: (_job, error) => assert.fail(error),
      },
      api.deps,
    );
  await sweep();
  assert.deepEqual(verdicts, []);
  offsetMs = 1.1 * dayMs;
  await sweep();
  assert.deepEqual(verdicts, ['expire']);
  assert.deepEqual(await api.traces(), noTraces);
});
