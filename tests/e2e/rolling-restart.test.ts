import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobRecord_State, type StagingResult } from '@hepastage/proto';
import { type SmallStudy, smallStudies } from '../faults/clients/small-studies.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { assertSameResult } from '../helpers/same-result.ts';
import { type ServiceProcess, startService } from '../helpers/service-process.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { Balancer } from './rolling/balancer.ts';
import { Hospital, type ServedStudy } from './rolling/hospital.ts';
import { KeepAliveClient } from './rolling/keep-alive-client.ts';

/** How long the upload of each hospital's studies takes, ms. The last one begins before a replica is told to end, and ends after it has stopped to listen. */
const uploadsMs = [0, 100, 400, 5_000];
/** How long a replica answers on while it is not ready any more, ms: the balancer knows within a fifth of a second. */
const drainMs = 3_000;

test('API replicas and workers are replaced one after the other under load: nothing is lost or doubled, and no client sees more than HTTP lets it repeat', async (context) => {
  await using opened = new AsyncDisposableStack();
  const settings = await settingsOf(opened);
  const balancer = opened.use(await Balancer.start());
  const replicas = await Promise.all([startReplica(opened, settings), startReplica(opened, settings)]);
  for (const { url } of replicas) await balancer.add(url);
  const workers = await Promise.all([startWorker(opened, settings), startWorker(opened, settings)]);
  const clients = uploadsMs.map(() => opened.use(new KeepAliveClient(balancer.url)));
  const hospitals = clients.map((client, n) => new Hospital(client, uploadsMs[n]!));
  const expected = await undisturbedResults(hospitals[0]!);

  let isRolling = true;
  const load = Promise.all(
    hospitals.map(async (hospital, n) => servesWhile(hospital, `hospital ${n}`, n, () => isRolling)),
  );
  const rollout = (async () => {
    for (const old of replicas) {
      const { url } = await startReplica(opened, settings);
      await balancer.add(url);
      await leaves(old);
      balancer.remove(old.url);
    }
    for (const old of workers) {
      await startWorker(opened, settings);
      await leaves(old);
    }
  })().finally(() => (isRolling = false));
  const [served] = await Promise.all([load, rollout]);

  const studies = served.flat();
  for (const { record, result, study } of studies) {
    assert.equal(record.state, JobRecord_State.SUCCEEDED, record.error?.message);
    assertSameResult(result, expected.get(study)!);
  }
  const jobs = new Set(studies.map(({ record }) => record.jobId));
  assert.equal(jobs.size, studies.length, 'each study is a job of its own');
  const all = await jobsOf(balancer.url);
  assert.deepEqual(new Set(all.map(({ state }) => state)), new Set(['SUCCEEDED']));
  assert.equal(all.length, studies.length + smallStudies.length, 'and there is no other');
  for (const { idempotencyKey, study, record } of served.map((ofHospital) => ofHospital[0]!))
    assert.equal((await hospitals[0]!.accepted(idempotencyKey, study)).jobId, record.jobId);

  const total = (name: 'requests' | 'connections' | 'askedToMove' | 'repeated') =>
    sum(clients.map((client) => client[name]));
  context.diagnostic(
    `${studies.length} studies, ${total('requests')} requests on ${total('connections')} connections, ${total('askedToMove')} answers that asked for a new one, ${total('repeated')} requests repeated, ${sum(hospitals.map(({ turnedAway }) => turnedAway))} turned away with Retry-After`,
  );
  assert.ok(studies.length >= 2 * hospitals.length);
  assert.ok(total('requests') > 5 * total('connections'), 'connections are kept');
  assert.ok(total('askedToMove') > 0, 'replicas that end were talked to');
  assert.ok(
    balancer.connections().every((count) => count > 0),
    'every replica was',
  );
});

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

async function settingsOf(opened: AsyncDisposableStack) {
  const redis = opened.use(await startRedis());
  const { path } = opened.use(await temporaryDirectory('objects'));
  return {
    REDIS_URL: redis.url,
    HEPASTAGE_REDIS_PREFIX: redis.prefix,
    HEPASTAGE_OBJECT_STORE: path,
  };
}

type Settings = Awaited<ReturnType<typeof settingsOf>>;

async function startReplica(opened: AsyncDisposableStack, settings: Settings): Promise<ServiceProcess> {
  return opened.use(await startService('api', { ...settings, HEPASTAGE_DRAIN_MS: String(drainMs) }));
}

async function startWorker(opened: AsyncDisposableStack, settings: Settings): Promise<ServiceProcess> {
  return opened.use(await startService('worker', { ...settings, HEPASTAGE_INFERENCE_THREADS: '1' }));
}

/** SIGTERM, and all that it has in hand is done. */
async function leaves(service: ServiceProcess): Promise<void> {
  const exitCode = await service.stop();
  const lines = service
    .log()
    .split('\n')
    .filter((line) => /given up|cut off|"level":"(error|fatal)"/.test(line));
  assert.deepEqual([exitCode, lines], [0, []]);
}

/** What comes of each study when nothing happens. */
async function undisturbedResults(hospital: Hospital): Promise<Map<SmallStudy, StagingResult>> {
  const results = new Map<SmallStudy, StagingResult>();
  for (const study of smallStudies)
    results.set(study, (await hospital.serve(`undisturbed ${study.name}`, study)).result);
  return results;
}

/** One study after the other, and one more when it is over. */
async function servesWhile(
  hospital: Hospital,
  name: string,
  first: number,
  goesOn: () => boolean,
): Promise<ServedStudy[]> {
  const served: ServedStudy[] = [];
  do {
    const n = served.length;
    const study = smallStudies[(first + n) % smallStudies.length]!;
    served.push(await hospital.serve(`${name}, study ${n}`, study));
  } while (goesOn());
  return served;
}

/** All jobs that the service knows of. */
async function jobsOf(url: string): Promise<{ readonly jobId: string; readonly state: string }[]> {
  const response = await fetch(`${url}/v1/jobs?limit=200`);
  const page = (await response.json()) as { jobs: { jobId: string; state: string }[] };
  assert.ok(page.jobs.length < 200);
  return page.jobs;
}
