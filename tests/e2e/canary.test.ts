import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { type JobRecord, JobRecord_State, StudyMetadataSchema } from '@hepastage/proto';
import { connectRedis, createLogger, queueName, queuePrefix } from '@hepastage/platform';
import { eventually } from '../api/eventually.ts';
import { type AlteredModel, copyOfModel } from '../helpers/altered-model.ts';
import { samplesOf } from '../helpers/metrics.ts';
import type { ServiceProcess } from '../helpers/service-process.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

const stable = 'phantom-light@0.2.0';
const next = 'phantom-light@0.3.0';

let nextModel: AlteredModel;
before(async () => {
  nextModel = await copyOfModel();
  await nextModel.alter('manifest.json', (bytes) => {
    const manifest = JSON.parse(bytes.toString()) as Record<string, unknown>;
    return Buffer.from(JSON.stringify({ ...manifest, version: '0.3.0' }));
  });
});
after(async () => nextModel[Symbol.asyncDispose]());

/** Few at once, so that no worker takes all there are before another has looked. */
async function startStable(system: System): Promise<ServiceProcess> {
  return system.startWorker({ HEPASTAGE_JOBS_IN_FLIGHT: '2' });
}

async function startCanary(system: System): Promise<ServiceProcess> {
  return system.startWorker({
    HEPASTAGE_JOBS_IN_FLIGHT: '2',
    HEPASTAGE_CANARY: 'true',
    HEPASTAGE_MODEL: nextModel.path,
  });
}

async function submit({ client }: System, model: string): Promise<JobRecord> {
  const { t2w } = phantomStudy('mild');
  return client.submit({ t2w }, create(StudyMetadataSchema, { model }));
}

/** How often the canary had a study in hand that was none for it. */
async function passedOn(canary: ServiceProcess): Promise<number> {
  const [sample] = await samplesOf(canary.url, 'hepastage_studies_passed_on_total');
  return sample!.value;
}

/** Stages that a worker has given, by the model that its metrics name. */
async function stagedBy(worker: ServiceProcess): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { labels, value } of await samplesOf(worker.url, 'hepastage_predictions_total'))
    counts[labels['model_version']!] = (counts[labels['model_version']!] ?? 0) + value;
  return counts;
}

/** Studies in the order in which workers took them from the queue, each as often as one did. */
async function takenIn({ redis: { url: redisUrl, prefix } }: System): Promise<string[]> {
  const redis = await connectRedis({ redisUrl }, 'fail-fast', createLogger('test', 'silent'));
  try {
    const events = await redis.xrange(`${queuePrefix(prefix)}:${queueName}:events`, '-', '+');
    return events
      .map(([, fields]) => fields)
      .filter((fields) => fields[fields.indexOf('event') + 1] === 'active')
      .map((fields) => fields[fields.indexOf('jobId') + 1]!);
  } finally {
    redis.disconnect();
  }
}

test('beside a canary, studies that name the stable model are staged by it, others by either, and none is lost or charged', async () => {
  await using system = await startSystem();
  const [stableWorker, canary] = await Promise.all([startStable(system), startCanary(system)]);
  const wanted = Array.from({ length: 30 }, (_, n) => ['', 'phantom-light', '', stable][n % 4]!);
  const submitted = await Promise.all(wanted.map(async (model) => submit(system, model)));
  const ended = await Promise.all(submitted.map(async (job) => follow(system.client, job)));
  // On a fast machine the canary may have looked too seldom to have had one of those.
  for (let n = 0; n < 40 && !ended.some(({ model }) => model === next); n++) {
    wanted.push('');
    ended.push(await follow(system.client, await submit(system, '')));
  }

  for (const { state, attempt, error } of ended) {
    assert.equal(state, JobRecord_State.SUCCEEDED, error?.message);
    assert.equal(attempt, 1, 'a study that was passed on was not tried before');
  }
  const modelsOf = (isNamed: boolean) =>
    new Set(ended.filter((_, n) => (wanted[n] !== '') === isNamed).map(({ model }) => model));
  assert.deepEqual(modelsOf(true), new Set([stable]));
  assert.deepEqual(modelsOf(false), new Set([stable, next]));
  const byStable = ended.filter(({ model }) => model === stable).length;
  // Counted once the record is written.
  await eventually(async () => stagedBy(stableWorker), { [stable]: byStable });
  await eventually(async () => stagedBy(canary), { [next]: ended.length - byStable });
});

test('a canary that is alone lets a study that names a model wait, untouched and in front; a stable worker has it first, and the canary goes on', async () => {
  await using system = await startSystem();
  const canary = await startCanary(system);
  const [isCanary] = await samplesOf(canary.url, 'hepastage_canary');
  assert.deepEqual([isCanary!.value, await passedOn(canary)], [1, 0]);
  const named = await submit(system, stable);
  await eventually(async () => passedOn(canary), 1);
  const later = await Promise.all(['', '', ''].map(async (model) => submit(system, model)));
  // Longer than it takes until the canary has looked again.
  await delay(1_200);
  for (const { jobId } of [named, ...later]) {
    const { state, attempt } = await system.client.job(jobId);
    assert.deepEqual([state, attempt], [JobRecord_State.QUEUED, 0]);
  }
  assert.equal(await passedOn(canary), 1);

  await system.startWorker({ HEPASTAGE_JOBS_IN_FLIGHT: '1' });
  const ended = await Promise.all([named, ...later].map(async (job) => follow(system.client, job)));
  assert.deepEqual(
    [ended[0]!.state, ended[0]!.model, ended[0]!.attempt],
    [JobRecord_State.SUCCEEDED, stable, 1],
  );
  // Not by when each began: the canary may go on as soon as the stable worker has taken it.
  const { jobId } = named;
  assert.deepEqual(
    (await takenIn(system)).slice(0, 2),
    [jobId, jobId],
    'by the canary, and by the stable worker',
  );
  assert.equal(await canary.stop(), 0);
});

test('a canary that holds back stops cleanly, and leaves the study where it was', async () => {
  await using system = await startSystem();
  const canary = await startCanary(system);
  const named = await submit(system, stable);
  await eventually(async () => passedOn(canary), 1);
  assert.equal(await canary.stop(), 0);
  await startStable(system);
  const { state, model, attempt } = await follow(system.client, named);
  assert.deepEqual([state, model, attempt], [JobRecord_State.SUCCEEDED, stable, 1]);
});
