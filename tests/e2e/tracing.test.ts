import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { objectKeys } from '@hepastage/platform';
import { decodeText, JobRecord_State, type JobRecord, JobRecordSchema } from '@hepastage/proto';
import { startReceiver } from '../../packages/webhooks/src/testing/receiver.ts';
import { eventually } from '../api/eventually.ts';
import { type Parts, postStudy } from '../api/study-form.ts';
import { freePorts } from '../helpers/free-port.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../helpers/otlp-receiver.ts';
import { follow, phantomStudy } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const { t1w } = phantomStudy('mild');
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const clientSpanId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${clientSpanId}-01`;

test('a study leaves one trace, the client’s: from its request through the queue to each step; and log lines name it', async () => {
  await using collector = await startOtlpReceiver();
  await using system = await startSystem('directory', undefined, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=a%20secret',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  const worker = await system.startWorker();
  const job = await staged(system, { traceparent });
  assert.equal(job.state, JobRecord_State.SUCCEEDED, job.error?.message);
  await Promise.all([worker.stop(), system.api.stop()]);

  const spans = collector.spans.filter((span) => span.traceId === traceId);
  const [request, receiving, sending, attempt] = [
    ['hepastage-api', 'POST /v1/studies'],
    ['hepastage-api', 'receive study'],
    ['hepastage-api', 'send studies'],
    ['hepastage-worker', 'process studies'],
  ].map(([service, name]) => only(spans, name!, service!));
  const steps = ['fetch', 'decode', 'preprocess', 'encode', 'stage', 'explain', 'persist', 'select'];
  assert.deepEqual(
    spans.map(({ name }) => name).toSorted(),
    ['POST /v1/studies', 'receive study', 'send studies', 'process studies', ...steps].toSorted(),
  );
  assert.deepEqual(
    [request!.parentSpanId, receiving!.parentSpanId, sending!.parentSpanId, attempt!.parentSpanId],
    [clientSpanId, request!.spanId, request!.spanId, sending!.spanId],
  );
  assert.deepEqual([request!.kind, sending!.kind, attempt!.kind], [2, 4, 5]);
  for (const step of steps) {
    const span = only(spans, step, 'hepastage-worker');
    assert.equal(span.parentSpanId, attempt!.spanId, step);
    assert.ok(span.start <= span.end, step);
  }
  assert.deepEqual(request!.attributes, {
    'http.request.method': 'POST',
    'http.route': '/v1/studies',
    'url.scheme': 'http',
    'hepastage.job.id': job.jobId,
    'http.response.status_code': 202,
  });
  const { 'hepastage.queue_wait_seconds': wait, ...rest } = attempt!.attributes;
  assert.ok(Number(wait) >= 0);
  assert.deepEqual(rest, {
    'messaging.system': 'bullmq',
    'messaging.destination.name': 'studies',
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.message.id': job.jobId,
    'hepastage.job.id': job.jobId,
    'hepastage.attempt': 1,
    'hepastage.outcome': 'succeeded',
  });
  assert.ok(spans.every(({ status }) => status === 0));
  assert.ok(collector.headers.every((headers) => headers['x-collector-key'] === 'a secret'));
  assert.match(collector.text(), /deployment\.environment\.name/);
  assertNothingOfTheStudy(collector, job);

  assertLogged(system.api.log(), 'request', { route: '/v1/studies', traceId });
  assertLogged(worker.log(), 'study', { jobId: job.jobId, traceId });
});

test('a step that failed says so, and with what', async () => {
  await using collector = await startOtlpReceiver();
  await using system = await startSystem('directory', undefined, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
  });
  const job = await submitted(system, { traceparent });
  const { tenant, jobId } = job;
  await rm(join(system.settings['HEPASTAGE_OBJECT_STORE']!, objectKeys.input(tenant, jobId, 't1w.nii.gz')));
  const worker = await system.startWorker();
  await follow(system.client, job);
  await worker.stop();

  const [attempt, fetching] = ['process studies', 'fetch'].map((name) =>
    only(collector.spans, name, 'hepastage-worker'),
  );
  for (const span of [attempt!, fetching!]) assert.equal(span.attributes['error.type'], 'INPUT_LOST');
  assert.equal(attempt!.attributes['hepastage.outcome'], 'failed');
  assert.equal(fetching!.parentSpanId, attempt!.spanId);
  assert.equal(only(collector.spans, 'select', 'hepastage-worker').attributes['error.type'], undefined);
});

test('what follows from a study, its notice and its push to the PACS, belongs to its trace, below the attempt', async () => {
  await using collector = await startOtlpReceiver();
  await using receiver = await startReceiver();
  const [port] = await freePorts(1);
  await using system = await startSystem('directory', undefined, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    HEPASTAGE_WEBHOOK_KEY: 'k'.repeat(32),
    HEPASTAGE_WEBHOOK_ALLOWED_TARGETS: '127.0.0.1',
    HEPASTAGE_PACS_URL: `http://127.0.0.1:${port}/dicom-web`,
    HEPASTAGE_PACS_ATTEMPTS: '1',
  });
  const worker = await system.startWorker();
  await follow(system.client, await submitted(system, { traceparent }, { webhook: receiver.url }));
  await eventually(async () => [receiver.received.length, worker.log().includes('given up')], [1, true]);
  await Promise.all([worker.stop(), system.api.stop()]);

  const attempt = only(collector.spans, 'process studies', 'hepastage-worker');
  const notice = only(collector.spans, 'process webhooks', 'hepastage-api');
  const push = only(collector.spans, 'process pacs-pushes', 'hepastage-worker');
  for (const span of [notice, push])
    assert.deepEqual([span.traceId, span.parentSpanId], [traceId, attempt.spanId]);
  assert.equal(notice.attributes['hepastage.outcome'], 'delivered');
  assert.equal(notice.attributes['http.response.status_code'], 200);
  assert.equal(push.attributes['hepastage.outcome'], 'unavailable');
  assertLogged(system.api.log(), 'webhook', { outcome: 'delivered', traceId });
  assertLogged(worker.log(), 'push to the PACS', { outcome: 'unavailable', traceId });
  assertLogged(worker.log(), 'push to the PACS given up', { traceId });
  assert.ok(receiver.received.every(({ headers }) => headers['traceparent'] === undefined));
});

test('without a collector no SDK is loaded, and log lines still name the client’s trace', async () => {
  await using collector = await startOtlpReceiver();
  const off = await loadedBy({});
  assert.ok(off.modules.some((module) => module.includes('/services/worker/src/worker.ts')));
  assert.deepEqual([...new Set(off.modules.flatMap(packageOf))], ['@opentelemetry/api']);
  assertLogged(off.apiLog, 'request', { route: '/v1/studies', traceId });
  assertLogged(off.workerLog, 'study', { traceId });
  const on = await loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  assert.ok(on.modules.flatMap(packageOf).includes('@opentelemetry/sdk-trace'));
});

/** What a system loads that stages one study, and what it says. */
async function loadedBy(settings: Readonly<Record<string, string>>) {
  await using directory = await temporaryDirectory('modules');
  const file = join(directory.path, 'modules');
  const hook = new URL('../helpers/note-modules.ts', import.meta.url).href;
  await using system = await startSystem('directory', undefined, {
    ...settings,
    NODE_OPTIONS: `--import ${hook}`,
    MODULES_FILE: file,
  });
  const worker = await system.startWorker();
  const job = await staged(system, { traceparent });
  assert.equal(job.state, JobRecord_State.SUCCEEDED, job.error?.message);
  await worker.stop();
  const modules = (await readFile(file, 'utf8')).split('\n');
  return { modules, apiLog: system.api.log(), workerLog: worker.log() };
}

function packageOf(module: string): string[] {
  return [...module.matchAll(/\/node_modules\/(@opentelemetry\/[^/]+)\//g)].map(([, name]) => name!);
}

async function submitted(
  { api }: System,
  headers: Readonly<Record<string, string>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<JobRecord> {
  const parts: Parts = [
    ['t1w', await readFile(t1w)],
    ['metadata', JSON.stringify({ externalReference: 'a reference', ...metadata })],
  ];
  const response = await postStudy(api.url, parts, headers);
  assert.equal(response.status, 202);
  return decodeText(JobRecordSchema, await response.text());
}

async function staged(system: System, headers: Readonly<Record<string, string>>): Promise<JobRecord> {
  return follow(system.client, await submitted(system, headers));
}

function only(spans: readonly ReceivedSpan[], name: string, service: string): ReceivedSpan {
  const found = spans.filter((span) => span.name === name && span.service === service);
  assert.equal(found.length, 1, `${found.length} spans ${name} of ${service}`);
  return found[0]!;
}

/** Neither what the client calls it, nor whose it is, nor what it was asked by. */
function assertNothingOfTheStudy(collector: OtlpReceiver, { tenant, jobId }: JobRecord): void {
  const text = collector.text();
  for (const secret of ['a reference', `"${tenant}"`, `/v1/jobs/${jobId}`, 'wait=', 'volume.nii'])
    assert.ok(!text.includes(secret), secret);
}

function assertLogged(log: string, message: string, fields: Readonly<Record<string, string>>): void {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === message);
  const found = lines.filter((line) => Object.entries(fields).every(([name, value]) => line[name] === value));
  assert.equal(found.length, 1, `${JSON.stringify(fields)} in\n${log}`);
}
