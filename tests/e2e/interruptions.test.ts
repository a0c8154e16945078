import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { JobRecord_State, type JobRecord, StudyMetadataSchema } from '@hepastage/proto';
import type { ApiClient } from '../../packages/cli/src/server/client.ts';
import { createLogger, objectKeys, openObjectStore, openStatusStore } from '@hepastage/platform';
import { eventually } from '../api/eventually.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import type { ServiceProcess } from '../helpers/service-process.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';

const study = phantomStudy('mild');

test('a worker that is asked to leave gives its studies back, and the next one finishes them', async () => {
  await using system = await startSystem();
  const leaving = await system.startWorker({ HEPASTAGE_SHUTDOWN_SECONDS_MAX: '0' });
  const submitted = await submitSeveral(system.client, 12);
  await running(system.client, submitted[0]!);
  assert.equal(await leaving.stop(), 0);

  await system.startWorker();
  const jobs = await Promise.all(submitted.map(async (job) => follow(system.client, job)));
  assert.deepEqual(new Set(jobs.map(({ state }) => state)), new Set([JobRecord_State.SUCCEEDED]));
});

test('a worker leaves in time even when Redis has gone before it', { timeout: 60_000 }, async () => {
  await using redis = await startLocalRedis();
  await using system = await startSystem('directory', redis);
  const worker = await system.startWorker({ HEPASTAGE_SHUTDOWN_SECONDS_MAX: '1' });
  await redis.stop();
  assert.equal(await worker.stop(), 0, worker.log());
  assert.match(worker.log(), /"msg":"shutting down"/);
});

test('a worker that is killed loses nothing: another takes its studies over', async () => {
  await using system = await startSystem();
  const lockSeconds = { HEPASTAGE_LOCK_SECONDS: '2' };
  const killed = await system.startWorker(lockSeconds);
  const submitted = await submitSeveral(system.client, 4);
  await running(system.client, submitted[0]!);
  const ended = once(killed.process, 'exit');
  killed.kill('SIGKILL');
  await ended;

  await system.startWorker(lockSeconds);
  const jobs = await Promise.all(submitted.map(async (job) => follow(system.client, job)));
  assert.deepEqual(new Set(jobs.map(({ state }) => state)), new Set([JobRecord_State.SUCCEEDED]));
  assert.ok(jobs.some(({ attempt }) => attempt > 1));
});

test('a worker that was frozen past its lock gives up its late attempt, and the study still succeeds', async () => {
  await using system = await startSystem();
  // Slices wait a second for company, so that the study is in hand when the worker freezes.
  const frozen = await system.startWorker({
    HEPASTAGE_LOCK_SECONDS: '2',
    HEPASTAGE_BATCH_DELAY_MS_MAX: '1000',
    HEPASTAGE_BATCH_SLICES_MAX: '48',
  });
  const submitted = await freezeWithStudyInHand(frozen, system.client);
  // Twice the lock: the one wait here that nothing announces.
  await delay(4_000);
  frozen.kill('SIGCONT');
  const { state, error } = await follow(system.client, submitted);
  assert.equal(state, JobRecord_State.SUCCEEDED, error?.message);
});

test('a worker that thaws after another has finished its study changes nothing, not even by failing', async () => {
  await using system = await startSystem();
  // It would fail the study for good: out of time, and no attempt left.
  const frozen = await system.startWorker({
    HEPASTAGE_LOCK_SECONDS: '2',
    HEPASTAGE_BATCH_DELAY_MS_MAX: '1000',
    HEPASTAGE_BATCH_SLICES_MAX: '48',
    HEPASTAGE_JOB_SECONDS_MAX: '3',
    HEPASTAGE_JOB_ATTEMPTS: '1',
  });
  const submitted = await freezeWithStudyInHand(frozen, system.client);
  const taking = await system.startWorker({ HEPASTAGE_LOCK_SECONDS: '2' });
  const ended = await follow(system.client, submitted);
  assert.equal(ended.state, JobRecord_State.SUCCEEDED, ended.error?.message);
  assert.ok(ended.attempt > 1);
  // With nothing in hand any more it takes nothing else, either.
  assert.equal(await taking.stop(), 0);
  const folder = system.settings['HEPASTAGE_OBJECT_STORE']!;
  const written = await digestsBelow(folder);

  frozen.kill('SIGCONT');
  await eventually(async () => frozen.log().includes('"outcome":"dropped"'), true);
  assert.equal(await frozen.stop(), 0);
  assert.deepEqual(await digestsBelow(folder), written);
  assert.deepEqual(await system.client.job(ended.jobId), ended);
});

test(
  'a Redis that is away for longer than the locks last costs time, and no study',
  { timeout: 120_000 },
  async () => {
    await using redis = await startLocalRedis();
    await using system = await startSystem('directory', redis);
    const worker = await system.startWorker({
      HEPASTAGE_LOCK_SECONDS: '2',
      HEPASTAGE_BATCH_DELAY_MS_MAX: '1000',
      HEPASTAGE_BATCH_SLICES_MAX: '48',
    });
    const submitted = await submitSeveral(system.client, 6);
    await running(system.client, submitted[0]!);
    process.kill(redis.pid, 'SIGSTOP');
    // Longer than the lock, and shorter than a command may take: nothing announces it.
    await delay(3_000);
    process.kill(redis.pid, 'SIGCONT');
    const jobs = await Promise.all(submitted.map(async (job) => follow(system.client, job)));
    assert.deepEqual(new Set(jobs.map(({ state }) => state)), new Set([JobRecord_State.SUCCEEDED]));
    assert.match(worker.log(), /lock on a study was lost/, 'they had stalled');
  },
);

test('a study that is deleted while it runs is stopped and leaves nothing behind', async () => {
  await using system = await startSystem();
  const worker = await system.startWorker();
  const submitted = await submitSeveral(system.client, 8);
  await running(system.client, submitted[0]!);
  const erased = await Promise.all(
    submitted.map(async ({ jobId }) => fetch(`${system.api.url}/v1/jobs/${jobId}`, { method: 'DELETE' })),
  );
  const refusals = await Promise.all(erased.filter(({ ok }) => !ok).map(async (response) => response.text()));
  assert.deepEqual(refusals, [], system.api.log());
  // A worker that stops cleanly has nothing in hand any more, so whatever it would write is written.
  assert.equal(await worker.stop(), 0);
  for (const { jobId } of submitted) {
    assert.equal((await fetch(`${system.api.url}/v1/jobs/${jobId}`)).status, 404);
  }
  const store = openObjectStore({ objectStore: system.settings['HEPASTAGE_OBJECT_STORE']! });
  assert.deepEqual(await Array.fromAsync(store.list(objectKeys.tenants)), [], 'the audit log stays');
});

test('what a killed worker wrote of an erased study is found and erased', async () => {
  await using system = await startSystem();
  const [submitted] = await submitSeveral(system.client, 1);
  const { jobId, tenant } = submitted!;
  const store = openObjectStore({ objectStore: system.settings['HEPASTAGE_OBJECT_STORE']! });
  // As after an erasure that a worker survived just long enough to write more: the queue alone still knows the job.
  await store.erase(objectKeys.job(tenant, jobId));
  await store.writeBytes(
    objectKeys.artefact(tenant, jobId, { name: 'heatmap.t1w.nii.gz', sha256: '0' }),
    new Uint8Array(10),
  );
  await store.writeBytes(objectKeys.result(tenant, jobId), Buffer.from('{}'));
  const status = await openStatusStore({
    redisUrl: system.redis.url,
    redisPrefix: system.redis.prefix,
    patience: 'fail-fast',
    logger: createLogger('test', 'silent'),
  });
  await status.erase(tenant, jobId);
  await status.close();

  await system.startWorker();
  await eventually(async () => Array.fromAsync(store.list(objectKeys.tenants)), []);
});

async function submitSeveral(client: ApiClient, count: number): Promise<JobRecord[]> {
  return Promise.all(
    Array.from({ length: count }, async () => client.submit(study, create(StudyMetadataSchema, {}))),
  );
}

async function running(client: ApiClient, { jobId }: JobRecord): Promise<void> {
  for await (const { state } of client.watch(jobId)) if (state !== JobRecord_State.QUEUED) return;
}

/** A study that the worker has in hand, frozen. One that ends before the signal comes, because this machine is busy, is not it: another is sent. */
async function freezeWithStudyInHand(worker: ServiceProcess, client: ApiClient): Promise<JobRecord> {
  for (;;) {
    const submitted = await client.submit(study, create(StudyMetadataSchema, {}));
    await running(client, submitted);
    worker.kill('SIGSTOP');
    const { state } = await client.job(submitted.jobId);
    if (state === JobRecord_State.RUNNING) return submitted;
    worker.kill('SIGCONT');
  }
}

/** Every file, and what is in it. */
async function digestsBelow(directory: string): Promise<[path: string, sha256: string][]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    paths.toSorted().map(async (path) => [
      path,
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ]),
  );
}
