import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { auditEntries, PolicyStore } from '@hepastage/access';
import {
  idempotencyName,
  jobErrorOf,
  noteName,
  readMarker,
  reconcile,
  recordFailure,
  writeMarker,
} from '@hepastage/jobs';
import { objectKeys } from '@hepastage/platform';
import {
  AuditEntry_Action,
  encodeText,
  ErasureSchema,
  ErrorCode,
  HepastageError,
  isFinished,
  type JobRecord,
  JobRecord_State,
  JobRecord_StateSchema,
  enumName,
} from '@hepastage/proto';
import { type ApiUnderTest, noTraces, startApi, tenant } from '../api/api-under-test.ts';
import { eraseJob, jobsOf } from '../api/arriving-study.ts';
import { slice } from '../api/dicom-objects.ts';
import { heatmap, submit, succeed } from '../api/worker-stand-in.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { stow } from '../helpers/stow.ts';

const hourMs = 3_600_000;

/** An API whose clock can be put forward. */
async function startTimed(redis?: Awaited<ReturnType<typeof startLocalRedis>>) {
  let offsetMs = 0;
  const clock = () => new Date(Date.now() + offsetMs);
  const api = await startApi({ clock, ...(redis && { redis }) });
  return {
    api,
    pass: (ms: number) => (offsetMs += ms),
    [Symbol.asyncDispose]: async () => api[Symbol.asyncDispose](),
  };
}

/** Reconciles all, and returns what was done to which job. */
async function reconciled({ deps }: ApiUnderTest, retentionMs?: number): Promise<Record<string, string>> {
  const verdicts: Record<string, string> = {};
  await reconcile(
    {
      orphanMs: 2 * hourMs,
      quietMs: 1_000,
      retentionMsOf: async () => retentionMs,
      onVerdict: ({ jobId }, verdict) => (verdicts[jobId] = verdict),
      onError: (_job, error) => assert.fail(error),
    },
    deps,
  );
  return verdicts;
}

async function recordOf({ deps }: ApiUnderTest, jobId: string): Promise<JobRecord> {
  const found = await deps.status.get(tenant, jobId);
  assert.ok(found !== undefined);
  return found.record;
}

const stateOf = async (api: ApiUnderTest, jobId: string) =>
  enumName(JobRecord_StateSchema, (await recordOf(api, jobId)).state);

const refusal = jobErrorOf(new HepastageError(ErrorCode.LOW_SIGNAL_TO_NOISE, { what: 'too noisy' }));

/** A job in each state that lasts. */
async function oneOfEach(api: ApiUnderTest) {
  const queued = await submit(api, { priority: 'stat', externalReference: 'mine' });
  const succeeded = await submit(api);
  await succeed(api.deps, succeeded, 'severe');
  const failed = await submit(api);
  const claim = await api.deps.status.claim(tenant, failed);
  assert.ok(claim.kind === 'claimed');
  await recordFailure(await recordOf(api, failed), refusal, api.deps, claim.token);
  for (const ended of [succeeded, failed]) await api.deps.queue.remove(ended);
  const running = await submit(api);
  await api.deps.status.claim(tenant, running);
  return { queued, succeeded, failed, running };
}

test('after a total loss of Redis every job is as it was, or waits for a worker again', async () => {
  await using redis = await startLocalRedis();
  await using timed = await startTimed(redis);
  const { api } = timed;
  const jobs = await oneOfEach(api);
  const before = new Map<string, JobRecord>();
  for (const jobId of Object.values(jobs)) before.set(jobId, await recordOf(api, jobId));
  await api.deps.redis.flushall();

  assert.deepEqual(await reconciled(api), {
    [jobs.queued]: 'restore-queued',
    [jobs.running]: 'restore-queued',
    [jobs.succeeded]: 'restore-ended',
    [jobs.failed]: 'restore-ended',
  });
  for (const [jobId, old] of before) {
    const restored = await recordOf(api, jobId);
    assert.deepEqual([restored.metadata, restored.createdAt], [old.metadata, old.createdAt]);
    if (!isFinished(old)) {
      assert.equal(restored.state, JobRecord_State.QUEUED);
      assert.equal(await api.deps.queue.state(jobId), 'waiting');
      continue;
    }
    assert.deepEqual([restored.state, restored.stage, restored.error], [old.state, old.stage, old.error]);
    assert.equal(await api.deps.queue.state(jobId), 'absent');
  }
  assert.equal((await jobsOf(api)).length, 4);
  const artefact = await fetch(`${api.url}/v1/jobs/${jobs.succeeded}/artefacts/heatmap.t1w.nii.gz`);
  assert.deepEqual(new Uint8Array(await artefact.arrayBuffer()), heatmap);
  assert.deepEqual(await reconciled(api), {}, 'once is enough');
});

test('who asks for a job that Redis lost is never told that there is none', async () => {
  await using redis = await startLocalRedis();
  await using timed = await startTimed(redis);
  const { api } = timed;
  const jobs = await oneOfEach(api);
  await api.deps.redis.flushall();
  for (const [name, expected] of [
    ['queued', 'QUEUED'],
    ['running', 'QUEUED'],
    ['succeeded', 'SUCCEEDED'],
    ['failed', 'FAILED'],
  ] as const) {
    const response = await fetch(`${api.url}/v1/jobs/${jobs[name]}`);
    assert.deepEqual(
      [response.status, ((await response.json()) as { state: string }).state],
      [200, expected],
    );
  }
  assert.equal((await fetch(`${api.url}/v1/jobs/${randomUUID()}`)).status, 404);
  await api.deps.redis.flushall();
  assert.equal(await eraseJob(api, jobs.queued), 204);
  assert.deepEqual(Object.keys(await reconciled(api)).includes(jobs.queued), false);
});

test('a job that is given a name after its end has ended when it did, though Redis loses it', async () => {
  await using redis = await startLocalRedis();
  await using timed = await startTimed(redis);
  const { api } = timed;
  const { store } = api.deps;
  const jobId = await submit(api);
  await succeed(api.deps, jobId);
  const [end] = await Array.fromAsync(store.list(objectKeys.result(tenant, jobId)));
  // Longer than the smallest step of a file system's clock, ms.
  await delay(50);
  await noteName(idempotencyName(tenant, 'later'), jobId, store);
  await api.deps.redis.flushall();
  assert.deepEqual(await reconciled(api), { [jobId]: 'restore-ended' });
  const { finishedAt } = await recordOf(api, jobId);
  assert.equal(timestampDate(finishedAt!).getTime(), end!.modifiedAt.getTime());
});

test('what was accepted and never enqueued is enqueued', async () => {
  await using timed = await startTimed();
  const { api } = timed;
  const jobId = await submit(api);
  await api.deps.queue.remove(jobId);
  assert.deepEqual(await reconciled(api), { [jobId]: 'enqueue' });
  assert.equal(await api.deps.queue.state(jobId), 'waiting');
  await api.deps.status.claim(tenant, jobId);
  await api.deps.queue.remove(jobId);
  assert.deepEqual(await reconciled(api), { [jobId]: 'enqueue' }, 'a worker, and its lock, may be gone');
});

test('what is finished and unrecorded is recorded', async () => {
  await using timed = await startTimed();
  const { api } = timed;
  const done = await submit(api);
  const result = await succeed(api.deps, done);
  // As its worker left it: a result, a record that says RUNNING, no queue entry.
  const { record } = (await api.deps.status.get(tenant, done))!;
  await api.deps.status.erase(tenant, done);
  await api.deps.queue.remove(done);
  await api.deps.status.restore({ ...record, state: JobRecord_State.RUNNING, stage: '' });
  const failed = await submit(api);
  const claim = await api.deps.status.claim(tenant, failed);
  assert.ok(claim.kind === 'claimed');
  const { status } = api.deps;
  const fail = status.fail.bind(status);
  status.fail = async () => true;
  await recordFailure({ tenant, jobId: failed }, refusal, api.deps);
  status.fail = fail;
  await api.deps.queue.remove(failed);

  assert.deepEqual(await reconciled(api), { [done]: 'recover-end', [failed]: 'recover-end' });
  assert.deepEqual([await stateOf(api, done), (await recordOf(api, done)).stage], ['SUCCEEDED', 'mild']);
  assert.deepEqual((await recordOf(api, failed)).error, refusal);
  assert.equal(await (await fetch(`${api.url}/v1/jobs/${done}/result`)).text(), result);
});

test('an erasure that broke off anywhere is finished, and leaves a line in the audit log', async () => {
  await using timed = await startTimed();
  const { api, pass } = timed;
  const { store, status } = api.deps;
  const jobs = [await submit(api), await submit(api), await submit(api)];
  const begin = async (jobId: string) => {
    const erasure = create(ErasureSchema, { tenant, jobId, actor: 'anonymous' });
    await store.writeBytes(
      objectKeys.erasure(tenant, jobId),
      Buffer.from(encodeText(ErasureSchema, erasure)),
    );
  };
  for (const jobId of jobs) await begin(jobId);
  await status.cancel(tenant, jobs[1]!);
  await store.erase(objectKeys.job(tenant, jobs[2]!));
  await status.erase(tenant, jobs[2]!);
  assert.deepEqual(await reconciled(api), {}, 'somebody may still be at it');
  pass(2 * 60_000);
  const done = Object.fromEntries(jobs.map((jobId) => [jobId, 'finish-erasure']));
  assert.deepEqual(await reconciled(api), done);
  assert.deepEqual(await api.traces(), noTraces);
  const erased = (await Array.fromAsync(auditEntries(store, tenant)))
    .filter(({ action }) => action === AuditEntry_Action.JOB_ERASED)
    .map(({ jobId }) => jobId);
  assert.deepEqual(erased.toSorted(), jobs.toSorted());
});

test('an erasure whose store fails halfway is finished in the background', async () => {
  await using timed = await startTimed();
  const { api, pass } = timed;
  const jobId = await submit(api);
  const erase = api.deps.store.erase.bind(api.deps.store);
  api.deps.store.erase = async () => {
    throw new HepastageError(ErrorCode.STORE_UNAVAILABLE, { what: 'no answer' });
  };
  assert.equal(await eraseJob(api, jobId), 503);
  api.deps.store.erase = erase;
  assert.equal(await stateOf(api, jobId), 'CANCELLED');
  pass(2 * 60_000);
  assert.deepEqual(await reconciled(api), { [jobId]: 'finish-erasure' });
  assert.deepEqual(await api.traces(), noTraces);
});

test('what an upload left behind goes, and what may still be on its way stays', async () => {
  await using timed = await startTimed();
  const { api, pass } = timed;
  const jobId = randomUUID();
  await api.deps.store.writeBytes(objectKeys.input(tenant, jobId, 't1w.nii'), Buffer.from('x'));
  assert.deepEqual(await reconciled(api), {});
  pass(3 * hourMs);
  assert.deepEqual(await reconciled(api), { [jobId]: 'erase-orphan' });
  assert.deepEqual(await api.traces(), noTraces);
});

test('a name whose upload broke off, and was never sent again, goes; one that stands for a job stays', async () => {
  await using timed = await startTimed();
  const { api, pass } = timed;
  const jobId = await submit(api);
  const { store } = api.deps;
  await writeMarker(idempotencyName(tenant, 'mine'), { jobId, contentSha256: '0' }, store);
  await writeMarker(idempotencyName(tenant, 'lost'), { jobId: randomUUID(), contentSha256: '0' }, store);
  const names = async () =>
    (await Array.fromAsync(store.list(objectKeys.markers(tenant, 'idempotency')))).length;
  await reconciled(api);
  assert.equal(await names(), 2, 'its upload may still be on its way');
  pass(3 * hourMs);
  await reconciled(api);
  assert.equal(await names(), 1);
  assert.equal((await readMarker(idempotencyName(tenant, 'mine'), store))?.jobId, jobId);
});

test('what came over DICOMweb was promised to its sender: it is staged, though Redis lost it', async () => {
  await using redis = await startLocalRedis();
  await using timed = await startTimed(redis);
  const { api, pass } = timed;
  const { jobIds } = await stow(api.url, [slice(1), slice(2)]);
  const jobId = jobIds[0]!;
  const { studyInstanceUid } = await recordOf(api, jobId);
  await api.deps.redis.flushall();
  assert.deepEqual(await reconciled(api), { [jobId]: 'restore-receiving' }, 'not closed yet');
  pass(60_000);
  assert.deepEqual(await reconciled(api), { [jobId]: 'close-arrival' });
  const record = await recordOf(api, jobId);
  assert.deepEqual([record.state, record.studyInstanceUid], [JobRecord_State.QUEUED, studyInstanceUid]);
  assert.equal(await api.deps.queue.state(jobId), 'waiting');
});

test('what a tenant does not keep any longer is erased, and nothing else', async () => {
  await using timed = await startTimed();
  const { api, pass } = timed;
  const { queued, succeeded, failed } = await oneOfEach(api);
  await new PolicyStore(api.deps.store, api.deps.audit).put(tenant, { retentionDays: 1 });
  const early = await reconciled(api, 24 * hourMs);
  assert.deepEqual(
    Object.values(early).filter((verdict) => verdict === 'expire'),
    [],
    'nothing yet',
  );
  pass(25 * hourMs);
  const verdicts = await reconciled(api, 24 * hourMs);
  assert.deepEqual(
    [verdicts[succeeded], verdicts[failed], verdicts[queued]],
    ['expire', 'expire', undefined],
  );
  assert.equal(await api.deps.status.get(tenant, succeeded), undefined);
  assert.deepEqual(await Array.fromAsync(api.deps.store.list(objectKeys.job(tenant, failed))), []);
  const last = (await Array.fromAsync(auditEntries(api.deps.store, tenant))).at(-1);
  assert.equal(last?.actor, 'retention');
});

test('a study whose request is gone fails, and says so', async () => {
  await using timed = await startTimed();
  const { api } = timed;
  const jobId = await submit(api);
  await api.deps.store.erase(objectKeys.request(tenant, jobId));
  assert.deepEqual(await reconciled(api), { [jobId]: 'report-lost-request' });
  const { state, error } = await recordOf(api, jobId);
  assert.deepEqual([state, error?.code], [JobRecord_State.FAILED, ErrorCode.INTERNAL]);
});
