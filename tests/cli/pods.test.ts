import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { StudyMetadataSchema } from '@hepastage/proto';
import { createRegistry } from '@hepastage/platform';
import { startHealthServer } from '../../services/worker/src/health-server.ts';
import { createWorkerMetrics } from '../../services/worker/src/metrics.ts';
import { eventually } from '../api/eventually.ts';
import { hepastage, hepastageWith, startHepastage } from '../helpers/command.ts';
import { freePorts } from '../helpers/free-port.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem } from '../helpers/system.ts';
import { type ClusterStandIn, startCluster } from './cluster-stand-in.ts';

const cost = 'controller.kubernetes.io/pod-deletion-cost';

/** A worker's own health server, without the worker. */
async function healthServer(opened: AsyncDisposableStack) {
  const registry = createRegistry('worker');
  const { jobsInFlight } = createWorkerMetrics(registry);
  const health = { notReady: () => undefined, registry };
  const { port } = opened.adopt(await startHealthServer(health, '127.0.0.1', 0), async (it) => it.close());
  return { port: { name: 'health', containerPort: port }, jobsInFlight };
}

/** `hepastage pods mark` at work; SIGTERM at the end of the scope. */
async function startMarker(opened: AsyncDisposableStack, { environment, serviceAccount }: ClusterStandIn) {
  const words = ['pods', 'mark', '--selector', 'app=worker', '--interval-seconds', '1'];
  const child = startHepastage(
    environment,
    [...words, '--service-account', serviceAccount],
    ['ignore', 'pipe', 'inherit'],
  );
  let log = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (log += chunk));
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    const [exitCode] = (await exited) as [number | null];
    return exitCode;
  };
  opened.defer(async () => void (await stop()));
  const lines = (message: string) =>
    log
      .split('\n')
      .filter((line) => line.includes(`"msg":"${message}"`))
      .map((line) => JSON.parse(line) as { pod?: string; err?: { code: string } });
  return { stop, lines };
}

/** Resolves when two more rounds have begun and ended. */
async function rounds({ rounds: count }: ClusterStandIn): Promise<void> {
  const before = count();
  await eventually(async () => count() >= before + 2, true);
}

test('workers are marked with what they have in hand, when that changes, and nothing else of them is', async () => {
  await using opened = new AsyncDisposableStack();
  const [idle, busy] = [await healthServer(opened), await healthServer(opened)];
  busy.jobsInFlight.set(3);
  const [closed] = await freePorts(1);
  const dead = { name: 'health', containerPort: closed! };
  const cluster = opened.use(
    await startCluster({
      idle: { port: idle.port },
      busy: { port: busy.port, annotations: { owner: 'radiology' } },
      'marked-before': { port: idle.port, annotations: { [cost]: '7' } },
      pending: { port: busy.port, phase: 'Pending' },
      leaving: { port: busy.port, isTerminating: true },
      dead: { port: dead, annotations: { [cost]: '2' } },
      'of-somebody-else': { port: { ...busy.port, name: 'web' } },
    }),
  );
  const marker = await startMarker(opened, cluster);
  await rounds(cluster);
  assert.deepEqual(Object.fromEntries(cluster.annotations), {
    idle: {},
    busy: { owner: 'radiology', [cost]: '3' },
    'marked-before': { [cost]: '0' },
    pending: {},
    leaving: {},
    dead: { [cost]: '2' },
    'of-somebody-else': {},
  });
  assert.equal(cluster.patches.length, 2, 'what has not changed is not written again');
  assert.deepEqual(
    marker.lines('not marked').map(({ pod, err }) => [pod, err?.code]),
    [['dead', 'NOT_READY']],
    'the same trouble is told once',
  );

  await cluster.rotateToken('second-token');
  busy.jobsInFlight.set(1);
  await eventually(async () => cluster.annotations.get('busy')![cost], '1');
  cluster.refuse(403);
  await eventually(async () => marker.lines('not marked').at(-1)?.err?.code, 'FORBIDDEN');
  busy.jobsInFlight.set(0);
  cluster.refuse(undefined);
  await eventually(async () => cluster.annotations.get('busy')![cost], '0');
  assert.equal(marker.lines('marked').length, cluster.patches.length);
  assert.deepEqual(
    cluster.wrong.filter((what) => what !== 'token'),
    [],
  );

  cluster.hang();
  await eventually(async () => cluster.held() > 0, true);
  assert.equal(await marker.stop(), 0);
});

test('a real worker is marked while it works, and unmarked when it has done', async () => {
  await using opened = new AsyncDisposableStack();
  const system = opened.use(await startSystem());
  const worker = await system.startWorker({ HEPASTAGE_BATCH_DELAY_MS_MAX: '1000' });
  const port = { name: 'health', containerPort: Number(new URL(worker.url).port) };
  const cluster = opened.use(await startCluster({ 'worker-1': { port } }));
  const marker = await startMarker(opened, cluster);
  const { t1w, t2w } = phantomStudy('mild');
  const metadata = create(StudyMetadataSchema, {});
  const jobs = await Promise.all(
    Array.from({ length: 16 }, async () => system.client.submit({ t1w, t2w }, metadata)),
  );
  await Promise.all(jobs.map(async (job) => follow(system.client, job)));
  await eventually(async () => cluster.annotations.get('worker-1')![cost], '0');
  const costs = cluster.patches.map(([, value]) => Number(value));
  assert.ok(Math.max(...costs) >= 1 && Math.max(...costs) <= 8, costs.join());
  assert.equal(await marker.stop(), 0);
});

test('a server of another authority is told nothing', async () => {
  await using opened = new AsyncDisposableStack();
  const [cluster, other] = [opened.use(await startCluster({})), opened.use(await startCluster({}))];
  const marker = await startMarker(opened, { ...cluster, environment: other.environment });
  await eventually(async () => marker.lines('not marked').map(({ err }) => err?.code), ['NOT_READY']);
  assert.deepEqual([other.wrong, other.rounds()], [[], 0]);
});

test('outside of a cluster, or without a token, it says so and ends', async () => {
  const outside = await hepastage('pods', 'mark');
  assert.equal(outside.exitCode, 1);
  assert.match(outside.stderr, /INVALID_CONFIG.*KUBERNETES_SERVICE_HOST/);
  await using cluster = await startCluster({});
  await writeFile(join(cluster.serviceAccount, 'token'), '');
  const options = ['--service-account', cluster.serviceAccount];
  const without = await hepastageWith(cluster.environment, 'pods', 'mark', ...options);
  assert.equal(without.exitCode, 1);
  assert.match(without.stderr, /INVALID_CONFIG.*--service-account/);
});
