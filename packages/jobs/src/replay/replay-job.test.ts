import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { AuditLog } from '@hepastage/access';
import {
  createLogger,
  objectKeys,
  openObjectStore,
  openStatusStore,
  openStudyQueue,
} from '@hepastage/platform';
import {
  DicomStudySchema,
  ErrorCode,
  HepastageError,
  JobRecord_State,
  now,
  Sequence,
  StudyInput_Role,
  StudyInputSchema,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import { startRedis } from '../../../../tests/helpers/redis-server.ts';
import { temporaryDirectory } from '../../../../tests/helpers/temporary-directory.ts';
import { writeDicomIndex } from '../commit/dicom-index.ts';
import { readRequest } from '../commit/read-request.ts';
import { writeRequest } from '../commit/write-request.ts';
import { jobErrorOf } from '../failure/job-error.ts';
import { hasReplay, replayJob, replayOf, type ReplayDeps } from './replay-job.ts';

const tenant = 'default';
const { INTERNAL, INPUT_LOST, JOB_NOT_FOUND } = ErrorCode;

test('a replay has copies of the study’s files, its own names for them, and goes the way of an upload', async () => {
  await using deps = await openStores();
  const old = await failedJob(deps);
  const jobId = await replayJob(old, deps);
  const replay = { tenant, jobId };

  const request = await readRequest(deps.store, replay);
  assert.ok(request);
  assert.equal(request.replayOf, old.jobId);
  assert.deepEqual([request.idempotencyKeySha256, request.contentSha256], ['', '']);
  assert.deepEqual(request.metadata, old.metadata);
  assert.equal(request.traceparent, old.traceparent, 'work on it is part of the same trace');
  const keys = await keysOf(deps, jobId);
  assert.deepEqual(
    keys.map((key) => key.slice(objectKeys.job(tenant, jobId).length)),
    ['input/1.dcm', 'input/2.dcm', 'input/study.json', 'input/t2w.nii.gz', 'request.json'],
    'neither arrivals nor failures',
  );
  assert.equal(await textOf(deps, objectKeys.instance(tenant, jobId, '2')), 'object 2');
  const index = await textOf(deps, objectKeys.input(tenant, jobId, 'study.json'));
  assert.ok(index.includes(jobId) && !index.includes(old.jobId));
  assert.ok(request.inputs.every(({ key }) => keys.includes(key)));

  const { record } = (await deps.status.get(tenant, jobId))!;
  assert.equal(record.state, JobRecord_State.QUEUED);
  assert.equal((await deps.queue.counts()).studies.prioritized, 1);
  assert.equal((await deps.status.get(tenant, old.jobId))?.record.state, JobRecord_State.FAILED);
});

test('a job has one replay, however many make it at once; one that was erased is made again', async () => {
  await using deps = await openStores();
  const old = await failedJob(deps);
  const replays = await Promise.all([replayJob(old, deps), replayJob(old, deps)]);
  replays.push(await replayJob(old, deps));
  const { jobId } = replayOf(old);
  assert.deepEqual(replays, [jobId, jobId, jobId]);
  assert.match(jobId, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(await jobsIn(deps), new Set([old.jobId, jobId]));
  assert.equal((await deps.queue.counts()).studies.prioritized, 1);

  await deps.store.erase(objectKeys.job(tenant, jobId));
  assert.ok(!(await hasReplay(old, deps.store)));
  await replayJob(old, deps);
  assert.ok(await hasReplay(old, deps.store));
});

test('a job whose files are gone is not replayed, and nothing of the attempt is left', async () => {
  await using deps = await openStores();
  const old = await failedJob(deps);
  await deps.store.erase(objectKeys.instance(tenant, old.jobId, '2'));
  await assert.rejects(replayJob(old, deps), { code: INPUT_LOST });
  assert.deepEqual(await jobsIn(deps), new Set([old.jobId]));
});

test('a job that is not there, or another tenant’s, is not replayed', async () => {
  await using deps = await openStores();
  const { jobId } = await failedJob(deps);
  await assert.rejects(replayJob({ tenant: 'other', jobId }, deps), { code: JOB_NOT_FOUND });
  await assert.rejects(replayJob({ tenant, jobId: randomUUID() }, deps), { code: JOB_NOT_FOUND });
  assert.deepEqual(await jobsIn(deps), new Set([jobId]));
});

async function openStores(): Promise<ReplayDeps & AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const server = opening.use(await startRedis());
  const folder = opening.use(await temporaryDirectory('replay'));
  const redis = {
    redisUrl: server.url,
    redisPrefix: server.prefix,
    patience: 'fail-fast',
    logger: createLogger('test', 'silent'),
  } as const;
  const store = openObjectStore({ objectStore: folder.path });
  const status = opening.adopt(await openStatusStore(redis), async (it) => it.close());
  const queue = opening.adopt(await openStudyQueue(redis), async (it) => it.close());
  const opened = opening.move();
  const audit = new AuditLog(store);
  return { store, status, queue, audit, [Symbol.asyncDispose]: async () => opened.disposeAsync() };
}

/** A DICOM study and a volume beside it, with what else may lie in a job's folder. */
async function failedJob({ store, status }: ReplayDeps): Promise<StudyRequest> {
  const jobId = randomUUID();
  const write = async (key: string, text: string) => {
    await store.writeBytes(key, Buffer.from(text));
    return key;
  };
  const instances = [];
  for (const uid of ['1', '2']) {
    instances.push({ key: await write(objectKeys.instance(tenant, jobId, uid), `object ${uid}`) });
  }
  const volume = await write(objectKeys.input(tenant, jobId, 't2w.nii.gz'), 'volume');
  await write(objectKeys.arrival(tenant, jobId, 'somebody'), '{}');
  await write(objectKeys.result(tenant, jobId), '{}');
  const request = create(StudyRequestSchema, {
    jobId,
    tenant,
    createdAt: now(),
    metadata: { externalReference: 'reference' },
    idempotencyKeySha256: 'of the key',
    contentSha256: 'of the content',
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    inputs: [
      await writeDicomIndex(create(DicomStudySchema, { instances }), { store, tenant, jobId }),
      create(StudyInputSchema, { sequence: Sequence.T2W, role: StudyInput_Role.IMAGE, key: volume }),
    ],
  });
  await writeRequest(request, { store });
  await status.create(request);
  await status.fail(tenant, jobId, undefined, jobErrorOf(new HepastageError(INTERNAL, { what: 'gone' })));
  return request;
}

async function keysOf({ store }: ReplayDeps, jobId: string): Promise<string[]> {
  const objects = await Array.fromAsync(store.list(objectKeys.job(tenant, jobId)));
  return objects.map(({ key }) => key);
}

async function textOf({ store }: ReplayDeps, key: string): Promise<string> {
  return ((await store.readBytes(key, 2 ** 20)) ?? '').toString();
}

async function jobsIn({ store }: ReplayDeps): Promise<Set<string>> {
  return new Set(await Array.fromAsync(store.folders(objectKeys.jobs(tenant))));
}
