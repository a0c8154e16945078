import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { decodeText, JobRecordSchema, StudyMetadata_Priority, StudyMetadataSchema } from '@hepastage/proto';
import { metricCatalogue } from '../../packages/platform/src/metrics/catalogue.ts';
import type { Metric, ServiceName } from '../../packages/platform/src/metrics/metric.ts';
import { writeRadiomicsPackage } from '../../packages/staging/src/radiomics/testing/made-package.ts';
import { startReceiver } from '../../packages/webhooks/src/testing/receiver.ts';
import { slice } from '../api/dicom-objects.ts';
import { eventually } from '../api/eventually.ts';
import { postStudy } from '../api/study-form.ts';
import { freePorts } from '../helpers/free-port.ts';
import { type MetricPage, readMetrics, samplesOf, valuesBy } from '../helpers/metrics.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import type { ServiceProcess } from '../helpers/service-process.ts';
import { stow } from '../helpers/stow.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const running = new AsyncDisposableStack();
let system: System;
let worker: ServiceProcess;

/** A whole service that has everything to count: a Redis with a limit, a second opinion, a webhook, and a PACS that is away. */
before(async () => {
  const redis = running.use(await startLocalRedis({ options: ['--maxmemory', '512mb'] }));
  const receiver = running.use(await startReceiver());
  const folder = running.use(await temporaryDirectory('opinion-models'));
  const opinionModel = join(folder.path, 'made');
  await writeRadiomicsPackage(opinionModel);
  system = running.use(
    await startSystem('directory', redis, {
      HEPASTAGE_WEBHOOK_KEY: 'a key of the tests that is long enough',
      HEPASTAGE_WEBHOOK_ALLOWED_TARGETS: '127.0.0.1',
      HEPASTAGE_QUIET_MS: '3600000',
    }),
  );
  const [port] = await freePorts(1);
  worker = await system.startWorker({
    HEPASTAGE_OPINION_MODELS: opinionModel,
    HEPASTAGE_PACS_URL: `http://127.0.0.1:${port}/dicom-web`,
    HEPASTAGE_PACS_RETRY_SECONDS: '3600',
    HEPASTAGE_JOBS_IN_FLIGHT: '3',
  });
  await stages(receiver.url);
  await settles(receiver.received);
});
after(async () => running.disposeAsync());

for (const name of ['api', 'worker'] as const) {
  test(`the ${name} exports every metric that the catalogue says it has, as it says, and no other of ours`, async () => {
    const page = await readMetrics((name === 'api' ? system.api : worker).url);
    const ours = [...page.types.keys()].filter((metric) => metric.startsWith('hepastage_'));
    assert.deepEqual(ours.toSorted(), namesOf(name));
    for (const metric of ours) assertAsDescribed(metric, metricCatalogue[metric as never], page, name);
  });
}

test('what came in is counted once, by its door', async () => {
  assert.deepEqual(await valuesBy(system.api.url, 'hepastage_accepted_studies_total', 'door'), {
    rest: 2,
    dicomweb: 1,
  });
  assert.deepEqual(await valuesBy(system.api.url, 'hepastage_refused_uploads_total', 'code'), {
    NOT_NIFTI: 1,
  });
});

test('every request that brings a study is answered by a class of its door', async () => {
  const answers = await samplesOf(system.api.url, 'hepastage_upload_answers_total');
  assert.deepEqual(
    answers
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => [labels['door'], labels['class'], value]),
    [
      ['rest', '2xx', 3],
      ['rest', '4xx', 1],
      ['dicomweb', '2xx', 2],
    ],
  );
});

test('a push to a PACS that is away can be seen to wait, when no worker runs, too', async () => {
  const counts = await samplesOf(system.api.url, 'hepastage_queue_jobs');
  assert.equal(counts.length, 15);
  assert.deepEqual(
    counts
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => [labels['queue'], labels['state'], value]),
    [['pacs-pushes', 'delayed', 2]],
  );
});

test('the time from acceptance to the end of a job is measured, by priority and outcome', async () => {
  const ended = await samplesOf(worker.url, 'hepastage_time_to_result_seconds_count');
  assert.deepEqual(
    ended
      .filter(({ value }) => value > 0)
      .map(({ labels: { priority, outcome }, value }) => [priority, outcome, value]),
    [
      ['routine', 'succeeded', 1],
      ['stat', 'succeeded', 1],
    ],
  );
});

test('how sure the model is, and how strange the images are to it, is measured for each study', async () => {
  const sum = async (name: string) =>
    Object.values(await valuesBy(worker.url, name, 'sequence')).reduce((all, value) => all + value, 0);
  assert.equal(await sum('hepastage_stage_set_size_count'), 2);
  assert.equal(await sum('hepastage_sequence_disagreement_count'), 1, 'one of the two has one sequence');
  assert.deepEqual(await valuesBy(worker.url, 'hepastage_input_distance_ratio_count', 'sequence'), {
    T1W: 2,
    T2W: 1,
  });
  assert.ok((await sum('hepastage_input_distance_ratio_sum')) > 0);
  assert.deepEqual(await valuesBy(worker.url, 'hepastage_result_warnings_total', 'code'), {
    MODEL_NOT_CLINICALLY_VALIDATED: 2,
  });
});

test('both are ready, studies are taken, and the limits are told', async () => {
  assert.equal(await valueOf(system.api, 'hepastage_ready'), 1);
  assert.equal(await valueOf(worker, 'hepastage_ready'), 1);
  assert.equal(await valueOf(system.api, 'hepastage_admission_open'), 1);
  assert.equal(await valueOf(worker, 'hepastage_jobs_in_flight_max'), 3);
  const ratio = await valueOf(system.api, 'hepastage_redis_memory_ratio');
  assert.ok(ratio! > 0 && ratio! < 0.5, `${ratio}`);
});

/** Two studies that succeed, one of which is sent twice; one that is refused; and one that still arrives over DICOMweb. */
async function stages(webhook: string): Promise<void> {
  const { client, api } = system;
  const whole = create(StudyMetadataSchema, { priority: StudyMetadata_Priority.STAT, webhook });
  const stat = await client.submit(phantomStudy('severe'), whole);
  const { t1w } = phantomStudy('mild');
  const file = new Uint8Array(await readFile(t1w));
  const send = async () => postStudy(api.url, [['t1w', file]], { 'idempotency-key': 'sent-twice' });
  const routine = decodeText(JobRecordSchema, await (await send()).text());
  assert.equal(decodeText(JobRecordSchema, await (await send()).text()).jobId, routine.jobId);
  for (const job of [stat, routine]) assert.ok((await follow(client, job)).stage);
  assert.equal((await postStudy(api.url, [['t1w', 'no image at all']])).status, 422);
  for (const n of [1, 2]) assert.equal((await stow(api.url, [slice(n)])).status, 200);
}

/** Until what follows the end of a study is counted, too. */
async function settles(notices: readonly unknown[]): Promise<void> {
  await eventually(async () => notices.length, 1);
  await eventually(async () => valueOf(system.api, 'hepastage_lost_jobs'), 0);
  await eventually(async () => valuesBy(worker.url, 'hepastage_jobs_total', 'outcome'), { succeeded: 2 });
  await eventually(async () => valuesBy(worker.url, 'hepastage_pacs_pushes_total', 'outcome'), {
    unavailable: 2,
  });
}

/** Names of a service's metrics, in order. */
function namesOf(service: ServiceName): string[] {
  const metrics: [string, Metric][] = Object.entries(metricCatalogue);
  return metrics
    .filter(([, { services }]) => services.includes(service))
    .map(([name]) => name)
    .toSorted();
}

function assertAsDescribed(
  name: string,
  metric: Metric,
  { types, helps, samples }: MetricPage,
  service: string,
) {
  assert.equal(types.get(name), metric.kind, name);
  assert.equal(helps.get(name), metric.help, name);
  const names = metric.kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
  for (const one of names) {
    const found = samples.filter((sample) => sample.name === one);
    assert.ok(found.length > 0, `${one} has a value`);
    const bucket = one.endsWith('_bucket') ? ['le'] : [];
    for (const { labels } of found) {
      const expected = [...Object.keys(metric.labels ?? {}), 'service', ...bucket];
      assert.deepEqual(Object.keys(labels).toSorted(), expected.toSorted(), one);
      assert.equal(labels['service'], service);
    }
  }
}

/** The value of a metric without labels. */
async function valueOf({ url }: ServiceProcess, name: string): Promise<number | undefined> {
  return (await samplesOf(url, name))[0]?.value;
}
