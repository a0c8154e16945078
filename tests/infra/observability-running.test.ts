import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  type JobRecord,
  JobRecord_State,
  StudyMetadata_Priority,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { metricCatalogue } from '../../packages/platform/src/metrics/catalogue.ts';
import { startReceiver } from '../../packages/webhooks/src/testing/receiver.ts';
import { writeRadiomicsPackage } from '../../packages/staging/src/radiomics/testing/made-package.ts';
import { eventually } from '../api/eventually.ts';
import { postStudy } from '../api/study-form.ts';
import { freePorts } from '../helpers/free-port.ts';
import { type PrometheusServer, startPrometheus } from '../helpers/prometheus-server.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import type { ServiceProcess } from '../helpers/service-process.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { namesOf } from './expression.ts';
import { exportersOfClusters, foreignMetrics } from './foreign-metrics.ts';
import { expressionsOfDashboards, expressionsOfRules, ruleFiles, rules } from './observability-files.ts';

/** Series of exporters that are not here. */
const ofClusters = new Set(
  exportersOfClusters.flatMap((exporter) => Object.keys(foreignMetrics[exporter] ?? {})),
);
/** What has no answer where all is well, and why. */
const silentWhenWell: Readonly<Record<string, string>> = {
  'hepastage:stage_share:ratio14d': 'is of days that have not been yet',
  'hepastage:stage_shift:ratio1d': 'is of days that have not been yet',
  ALERTS: 'are alerts that fire, or are about to',
  prometheus_rule_evaluation_failures_total: 'is of a Prometheus that scrapes itself',
  'service-for-hospitals.json, Alerts': 'are alerts that fire',
  'workers-and-gpu.json, Alerts': 'are alerts that fire',
  'model-and-data-drift.json, Alerts': 'are alerts that fire',
  'service-for-hospitals.json, Alerts that fire, A': 'is a list of alerts',
  'service-for-hospitals.json, Dead letters, A': 'is a list of what went wrong',
  'service-for-hospitals.json, What the sweep had to do, A': 'is a list of what went wrong',
  'model-and-data-drift.json, Shift against the two weeks before, A': 'is of days that have not been yet',
};

const running = new AsyncDisposableStack();
let system: System;
let worker: ServiceProcess;
let prometheus: PrometheusServer;
/** A study that was staged. */
let staged: JobRecord;

/** A whole service with something of everything to count, and a Prometheus that has scraped it after the last of that. */
before(async () => {
  const redis = running.use(await startLocalRedis({ options: ['--maxmemory', '512mb'] }));
  const receiver = running.use(await startReceiver());
  const folder = running.use(await temporaryDirectory('opinion-models'));
  await writeRadiomicsPackage(join(folder.path, 'made'));
  system = running.use(
    await startSystem('directory', redis, {
      HEPASTAGE_WEBHOOK_KEY: 'a key of the tests that is long enough',
      HEPASTAGE_WEBHOOK_ALLOWED_TARGETS: '127.0.0.1',
      HEPASTAGE_SWEEP_SECONDS: '1',
    }),
  );
  const lost = await submit('mild', {});
  await loseFile(lost, 'input/t1w.nii.gz');
  const [port] = await freePorts(1);
  worker = await system.startWorker({
    HEPASTAGE_OPINION_MODELS: join(folder.path, 'made'),
    HEPASTAGE_PACS_URL: `http://127.0.0.1:${port}/dicom-web`,
  });
  prometheus = running.use(
    await startPrometheus({
      targets: { 'hepastage-api': [hostOf(system.api.url)], 'hepastage-worker': [hostOf(worker.url)] },
      rules: everySecond(ruleFiles()),
    }),
  );
  // What is seen at 0 can be seen to grow.
  await seen('sum(hepastage_predictions_total)', 0);
  staged = await submit('severe', { priority: StudyMetadata_Priority.STAT, webhook: receiver.url });
  assert.equal((await follow(system.client, staged)).state, JobRecord_State.SUCCEEDED);
  assert.equal((await follow(system.client, lost)).state, JobRecord_State.FAILED);
  assert.equal((await postStudy(system.api.url, [['t1w', 'no image at all']])).status, 422);
  await eventually(async () => receiver.received.length, 1);
  await seen('sum(hepastage_webhook_deliveries_total{outcome="delivered"})', 1);
  await seen('sum(hepastage_jobs_total)', 2);
  await seen('sum(hepastage_pacs_pushes_total{outcome="unavailable"}) >= bool 1', 1);
  await seen('sum(hepastage_reconciled_jobs_total{verdict="none"}) >= bool 2', 1);
  // A curve needs two points, and a rule that reads what another has recorded a further second.
  await increases('min(count_over_time(up[10m]))', 3);
  await increases('min(count_over_time(hepastage:apis_ready:sum[10m]))', 3);
});
after(async () => running.disposeAsync());

test('every metric of ours that is named is exported', async () => {
  const exported = new Set(await prometheus.metricNames());
  const all = [...expressionsOfRules(), ...expressionsOfDashboards()];
  const named = new Set(all.flatMap(({ expr }) => namesOf(expr).selectors.map(({ metric }) => metric)));
  const missing = [...named].filter(
    (metric) => !exported.has(metric) && !ofClusters.has(metric) && !Object.hasOwn(silentWhenWell, metric),
  );
  assert.deepEqual(missing, []);
  assert.ok(Object.keys(metricCatalogue).some((name) => named.has(name)));
});

test('every query of a dashboard has an answer', async () => {
  const unanswered: string[] = [];
  for (const { where, expr } of expressionsOfDashboards()) {
    const answer = await prometheus.query(expr);
    const mayBeEmpty = Object.hasOwn(silentWhenWell, where) || isOfClusters(expr);
    if (answer.length === 0 && !mayBeEmpty) unanswered.push(`${where}: ${expr}`);
  }
  assert.deepEqual(unanswered, []);
});

test('every rule is evaluated without an error, and what it records is there', async () => {
  const evaluated = await prometheus.rules();
  assert.equal(evaluated.length, rules().length);
  assert.deepEqual(
    evaluated.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => `${name}: ${lastError}`),
    [],
  );
  const empty: string[] = [];
  for (const { record, labels } of rules()) {
    if (record === undefined || Object.hasOwn(silentWhenWell, record)) continue;
    const slo = labels?.['slo'];
    const answer = await prometheus.query(slo === undefined ? record : `${record}{slo="${slo}"}`);
    if (answer.length === 0) empty.push(record);
  }
  assert.deepEqual(empty, []);
});

test('no alert fires, and none is about to, while all is well but for one broken study and a PACS that is away', async () => {
  assert.deepEqual(await stirring(), []);
});

test('dashboards show what has happened', async () => {
  const valueOf = async (expr: string) => (await prometheus.query(expr))[0]?.value;
  assert.equal(await valueOf('hepastage:apis_ready:sum'), 1);
  assert.equal(await valueOf('hepastage:workers_ready:sum'), 1);
  assert.equal(await valueOf('hepastage:queue_backlog:sum{queue="pacs-pushes"}'), 1);
  assert.equal(await valueOf('hepastage:queue_backlog:sum{queue="studies"}'), 0);
  assert.equal(await valueOf('sum(hepastage_accepted_studies_total)'), 2);
  assert.equal(await valueOf('sum(hepastage_upload_answers_total{class="2xx"})'), 2);
  assert.equal(await valueOf('sum(hepastage_upload_answers_total{class="4xx"})'), 1);
  assert.equal(await valueOf('hepastage:lost_jobs:last'), 0);
  assert.equal(await valueOf('hepastage:stages:count'), 3);
  assert.equal(await valueOf('hepastage:stage_share:ratio1d{stage="severe"}'), 1);
  const results = await prometheus.query('hepastage_time_to_result_seconds_count > 0');
  assert.deepEqual(results.map(({ labels }) => `${labels['priority']} ${labels['outcome']}`).toSorted(), [
    'routine failed',
    'stat succeeded',
  ]);
});

test('work that waits without a worker is seen', async () => {
  assert.equal(await worker.stop(), 0);
  await seen('hepastage:workers_ready:sum', 0);
  // The push to the PACS waits for its next try, and only a worker makes that.
  await eventually(stirring, ['HepastageNoReadyWorker', 'HepastageTargetDown']);
});

test('a result that is gone is told until its job is erased', async () => {
  await loseFile(staged, 'result.json');
  await eventually(stirring, ['HepastageJobsLost', 'HepastageNoReadyWorker', 'HepastageTargetDown']);
  assert.equal((await prometheus.query('hepastage:lost_jobs:last'))[0]?.value, 1);
  const erased = await fetch(`${system.api.url}/v1/jobs/${staged.jobId}`, { method: 'DELETE' });
  assert.equal(erased.status, 204);
  // Its push to the PACS went with it: there is nothing to do for a worker, either.
  await eventually(stirring, ['HepastageTargetDown']);
});

test('an API that is gone is seen', async () => {
  assert.equal(await system.api.stop(), 0);
  await seen('hepastage:apis_ready:sum', 0);
  await eventually(stirring, ['HepastageNoApiReady', 'HepastageTargetDown']);
});

/** Alerts that fire, or will if it stays like that. */
async function stirring(): Promise<string[]> {
  const alerts = (await prometheus.rules()).filter(({ type }) => type === 'alerting');
  assert.ok(alerts.length > 40, `${alerts.length}`);
  return alerts
    .filter(({ state }) => state !== 'inactive')
    .map(({ name }) => name)
    .toSorted();
}

async function submit(
  phantom: Parameters<typeof phantomStudy>[0],
  metadata: { readonly priority?: StudyMetadata_Priority; readonly webhook?: string },
): Promise<JobRecord> {
  return system.client.submit(phantomStudy(phantom), create(StudyMetadataSchema, metadata));
}

/** A study whose image is gone from the store fails for good, and is no dead letter. */
async function loseFile({ tenant, jobId }: JobRecord, file: string): Promise<void> {
  const store = system.settings['HEPASTAGE_OBJECT_STORE']!;
  await rm(join(store, 'tenants', tenant, 'jobs', jobId, file));
}

/** Waits until Prometheus has scraped, or worked out, that the expression has this value. */
async function seen(expr: string, value: number): Promise<void> {
  await eventually(async () => (await prometheus.query(expr)).map((sample) => sample.value), [value]);
}

/** Waits until a count is so much more than now. */
async function increases(count: string, by: number): Promise<void> {
  const [now] = await prometheus.query(count);
  await seen(`${count} >= bool ${(now?.value ?? 0) + by}`, 1);
}

function hostOf(url: string): string {
  return new URL(url).host;
}

function isOfClusters(expr: string): boolean {
  return namesOf(expr).selectors.some(({ metric }) => ofClusters.has(metric));
}

/** A group that is evaluated every few minutes would not be within a test. */
function everySecond(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files].map(([name, text]) => [name, text.replaceAll(/^ {4}interval: .*\n/gm, '')]));
}
