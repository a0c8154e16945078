import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { readEnd } from '@hepastage/jobs';
import {
  connectRedis,
  createLogger,
  objectKeys,
  openObjectStore,
  queueName,
  queuePrefix,
} from '@hepastage/platform';
import { ErrorCode, type JobRecord, JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { eventually } from '../api/eventually.ts';
import { valuesBy } from '../helpers/metrics.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';
import { makeReadable, makeUnreadable } from '../helpers/unreadable-file.ts';

const { t2w } = phantomStudy('mild');

test('a file that was altered in the store is noticed, and ends the job as FAILED at once, for good', async () => {
  await using system = await startSystem();
  const job = await submit(system);
  await alter(inputPath(system, job));

  const worker = await system.startWorker();
  const ended = await follow(system.client, job);
  assert.equal(ended.state, JobRecord_State.FAILED);
  assert.equal(ended.error?.code, ErrorCode.INPUT_LOST);
  assert.match(ended.error.message, /^the stored file of t2w is not the one that was uploaded; /);
  assert.doesNotMatch(ended.error.message, /sha256|directory/, 'details are for the log');
  assert.equal(ended.attempt, 1);
  await assert.rejects(system.client.result(job.jobId), /409/);

  const kept = await keptFailure(system, job);
  assert.deepEqual(
    [kept?.jobId, kept?.state, kept?.attempt, kept?.error],
    [job.jobId, ended.state, ended.attempt, ended.error],
  );
  await eventually(async () => outcomesOf(worker.url), { failed: 1 });
  assert.deepEqual(await deadLettersOf(worker.url), {}, 'nothing to replay');
});

test('a file that is gone from the store ends the job as FAILED at once', async () => {
  await using system = await startSystem();
  const job = await submit(system);
  await rm(inputPath(system, job));
  await system.startWorker();
  const { error, attempt } = await follow(system.client, job);
  assert.deepEqual([error?.code, error?.retryable, attempt], [ErrorCode.INPUT_LOST, false, 1]);
});

test('a study that takes too long is stopped, tried again as often as it may, and then says so', async () => {
  await using system = await startSystem();
  const job = await submit(system);
  // Slices wait 1 s for company that never comes; a second is all that the study has.
  const worker = await system.startWorker({
    HEPASTAGE_JOB_SECONDS_MAX: '1',
    HEPASTAGE_BATCH_DELAY_MS_MAX: '1000',
    HEPASTAGE_BATCH_SLICES_MAX: '48',
    HEPASTAGE_JOB_ATTEMPTS: '2',
  });
  const ended = await follow(system.client, job);
  assert.equal(ended.error?.code, ErrorCode.JOB_TIMEOUT);
  assert.equal(ended.attempt, 2);
  assert.equal((await keptFailure(system, job))?.attempt, 2);
  await eventually(async () => outcomesOf(worker.url), { returned: 1, failed: 1 });
  await eventually(async () => deadLettersOf(worker.url), { JOB_TIMEOUT: 1 });
});

test('a store that can’t be read is no fault of the study: it is tried until the store is back', async () => {
  await using system = await startSystem();
  const job = await submit(system);
  const path = inputPath(system, job);
  await makeUnreadable(path);
  const worker = await system.startWorker({ HEPASTAGE_JOB_ATTEMPTS: '1' });

  let seen = 0;
  for await (const { attempt, state } of system.client.watch(job.jobId)) {
    assert.ok(state === JobRecord_State.QUEUED || state === JobRecord_State.RUNNING);
    // Twice more than it would be charged for.
    if (state === JobRecord_State.QUEUED && (seen = attempt) === 3) break;
  }
  assert.equal(seen, 3, worker.log());
  await makeReadable(path);
  const { state, attempt } = await follow(system.client, job);
  assert.equal(state, JobRecord_State.SUCCEEDED);
  assert.ok(attempt > 3);
  assert.equal(await keptFailure(system, job), undefined);
});

test('a study that has waited too long for the store becomes FAILED, and is a dead letter', async () => {
  await using system = await startSystem();
  const job = await submit(system);
  await makeUnreadable(inputPath(system, job));
  const worker = await system.startWorker({ HEPASTAGE_RETRY_HOURS: '0' });
  const { error, attempt } = await follow(system.client, job);
  assert.deepEqual([error?.code, error?.retryable, attempt], [ErrorCode.STORE_UNAVAILABLE, true, 1]);
  await eventually(async () => deadLettersOf(worker.url), { STORE_UNAVAILABLE: 1 });
});

test('a study that a worker can’t read waits for one that can', async () => {
  await using system = await startSystem();
  const { url: redisUrl, prefix } = system.redis;
  const redis = await connectRedis({ redisUrl }, 'fail-fast', createLogger('test', 'silent'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => redis.disconnect());
  const job = await submit(system);
  const entry = `${queuePrefix(prefix)}:${queueName}:${job.jobId}`;
  const data = (await redis.hget(entry, 'data')) ?? '';
  // As a later version might write it.
  await redis.hset(entry, 'data', JSON.stringify({ ...(JSON.parse(data) as object), inputs: 'not-a-list' }));

  const worker = await system.startWorker();
  await eventually(async () => worker.log().includes('can’t read'), true);
  assert.ok(!worker.log().includes('not-a-list'));
  assert.equal((await system.client.job(job.jobId)).state, JobRecord_State.QUEUED);
  await redis.hset(entry, 'data', data);
  assert.equal((await follow(system.client, job)).state, JobRecord_State.SUCCEEDED);
});

async function submit({ client }: System): Promise<JobRecord> {
  return client.submit({ t2w }, create(StudyMetadataSchema, {}));
}

function storedPath({ settings }: System, key: string): string {
  return join(settings['HEPASTAGE_OBJECT_STORE']!, key);
}

function inputPath(system: System, { tenant, jobId }: JobRecord): string {
  return storedPath(system, objectKeys.input(tenant, jobId, 't2w.nii.gz'));
}

async function alter(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 0xff;
  await writeFile(path, bytes);
}

async function keptFailure({ settings }: System, job: JobRecord): Promise<JobRecord | undefined> {
  const end = await readEnd(openObjectStore({ objectStore: settings['HEPASTAGE_OBJECT_STORE']! }), job);
  return end?.state === JobRecord_State.FAILED ? end.record : undefined;
}

async function outcomesOf(url: string): Promise<Record<string, number>> {
  return valuesBy(url, 'hepastage_jobs_total', 'outcome');
}

async function deadLettersOf(url: string): Promise<Record<string, number>> {
  return valuesBy(url, 'hepastage_dead_letters_total', 'code');
}
