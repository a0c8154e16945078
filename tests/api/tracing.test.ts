import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest } from '@hepastage/jobs';
import { queueName, queuePrefix, type Tracer } from '@hepastage/platform';
import type { JobRecordJson, StudyRequestJson } from '@hepastage/proto';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { stow } from '../helpers/stow.ts';
import { tracedBy } from '../helpers/traced-by.ts';
import { type ApiUnderTest, startApi, tenant } from './api-under-test.ts';
import { complete, sweepLater } from './arriving-study.ts';
import { slice } from './dicom-objects.ts';
import { eventually } from './eventually.ts';
import { type Parts, postStudy } from './study-form.ts';
import { volume } from './volumes.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${spanId}-01`;
const study: Parts = [['t1w', volume()]];
const absentJob = '00000000-0000-4000-8000-000000000000';

async function accepted(response: Response): Promise<string> {
  assert.equal(response.status, 202);
  return ((await response.json()) as JobRecordJson).jobId!;
}

async function requestOf({ deps }: ApiUnderTest, jobId: string) {
  return (await readRequest(deps.store, { tenant, jobId }))!;
}

/** An API whose spans go to a collector, and are all there once `sent` has answered. */
async function startTraced(environment: Readonly<Record<string, string>> = {}) {
  await using opening = new AsyncDisposableStack();
  const collector = opening.use(await startOtlpReceiver());
  const tracing = await tracedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...environment });
  const begun: string[] = [];
  const tracer: Tracer = {
    startSpan: (name, ...rest) => {
      begun.push(name);
      return tracing.tracer.startSpan(name, ...rest);
    },
    startActiveSpan: () => assert.fail('contexts are passed on by hand'),
  };
  const api = opening.use(await startApi({ tracer }));
  const running = opening.move();
  const sent = async () => {
    // Its spans end when their answers are closed.
    await api.app.close();
    await tracing.close();
    return collector;
  };
  return { api, begun, collector, sent, [Symbol.asyncDispose]: async () => running.disposeAsync() };
}

test('spans are called by their routes, and say nothing that a URL, a query or a header says', async () => {
  await using traced = await startTraced();
  const { api } = traced;
  const secret = {
    'x-request-id': 'secret-id',
    'user-agent': 'secret-agent',
    authorization: 'Bearer secret-key',
  };
  const ask = async (path: string, method = 'GET') =>
    (await fetch(api.url + path, { method, headers: secret })).arrayBuffer();
  await ask(`/v1/jobs/${absentJob}?secret=1`);
  await ask('/v1/jobs?studyInstanceUid=1.2.3.4.5.6');
  await ask('/secret-path', 'PROPFIND');
  await ask('/dicomweb/studies/1.2.3.4.5.6', 'POST');
  for (const probe of ['/livez', '/readyz', '/metrics']) await ask(probe);
  const { spans, text } = await traced.sent();
  assert.deepEqual(
    spans.map(({ name, attributes, status }) => [name, attributes['http.response.status_code'], status]),
    [
      ['GET /v1/jobs/:id', 404, 0],
      ['GET /v1/jobs', 200, 0],
      ['HTTP', 404, 0],
      ['POST /dicomweb/studies/:uid', 415, 0],
    ],
  );
  assert.equal(spans[2]!.attributes['http.request.method'], '_OTHER');
  assert.doesNotMatch(text(), /secret|1\.2\.3\.4|127\.0\.0\.1/);
});

test('a request whose traceparent is none, or bad, begins a trace of its own', async () => {
  await using traced = await startTraced();
  const bad = [`${traceparent}-more`, traceparent.toUpperCase(), `00-${'0'.repeat(32)}-${spanId}-01`, 'x'];
  for (const given of [undefined, ...bad])
    await fetch(`${traced.api.url}/v1/models`, {
      headers: given === undefined ? {} : { traceparent: given },
    });
  const { spans } = await traced.sent();
  assert.equal(spans.length, 1 + bad.length);
  assert.equal(new Set(spans.map((span) => span.traceId)).size, spans.length);
  for (const span of spans) {
    assert.equal(span.parentSpanId, '');
    assert.notEqual(span.traceId, traceId);
  }
});

test('whoever does not want a trace has none, and its name goes on all the same', async () => {
  await using traced = await startTraced();
  const jobId = await accepted(
    await postStudy(traced.api.url, study, { traceparent: `00-${traceId}-${spanId}-00` }),
  );
  assert.match(
    (await requestOf(traced.api, jobId)).traceparent,
    new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`),
  );
  assert.deepEqual((await traced.sent()).spans, []);
});

test('what is kept is for the sampler to say: none, or by their parents alone', async () => {
  for (const [sampler, names] of [
    ['always_off', []],
    ['parentbased_always_off', ['GET /v1/jobs']],
  ] as const) {
    await using traced = await startTraced({ OTEL_TRACES_SAMPLER: sampler });
    await fetch(`${traced.api.url}/v1/models`);
    await fetch(`${traced.api.url}/v1/jobs`, { headers: { traceparent } });
    assert.deepEqual(
      (await traced.sent()).spans.map(({ name }) => name),
      names,
      sampler,
    );
  }
});

test('a client that has gone is no fault of ours', async () => {
  await using traced = await startTraced();
  const jobId = await accepted(await postStudy(traced.api.url, study));
  const leaving = new AbortController();
  const waiting = fetch(`${traced.api.url}/v1/jobs/${jobId}`, {
    headers: { prefer: 'wait=30' },
    signal: leaving.signal,
  });
  await eventually(async () => traced.begun.includes('GET /v1/jobs/:id'), true);
  leaving.abort();
  await assert.rejects(waiting);
  const left = () => traced.collector.spans.find(({ name }) => name === 'GET /v1/jobs/:id');
  await eventually(async () => left() !== undefined, true);
  const span = left();
  assert.deepEqual(
    [span?.status, span?.attributes['error.type'], span?.attributes['http.response.status_code']],
    [0, 'CLIENT_GONE', undefined],
  );
});

test('a fault of ours is an error of its span', async () => {
  await using collector = await startOtlpReceiver();
  await using tracing = await tracedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const redis = await startLocalRedis();
  await using api = await startApi({ redis, tracer: tracing.tracer });
  await redis.stop();
  assert.equal((await fetch(`${api.url}/v1/jobs`)).status, 503);
  await api.app.close();
  await tracing.close();
  const span = collector.spans.find(({ name }) => name === 'GET /v1/jobs');
  assert.deepEqual([span?.status, span?.attributes['error.type']], [2, '503']);
});

test('without a collector a study keeps the client’s span, or none', async () => {
  await using api = await startApi();
  const jobs = [
    await accepted(await postStudy(api.url, study, { traceparent })),
    await accepted(await postStudy(api.url, study)),
    await accepted(await postStudy(api.url, study, { traceparent: 'x' })),
  ];
  const kept = await Promise.all(jobs.map(async (jobId) => (await requestOf(api, jobId)).traceparent));
  assert.deepEqual(kept, [traceparent, '', '']);
});

test('a study that is sent again, in another trace, is the same job, and stays in the first', async () => {
  await using api = await startApi();
  const keyed = { 'idempotency-key': '"a key"' };
  const other = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const jobId = await accepted(await postStudy(api.url, study, { ...keyed, traceparent }));
  const again = await postStudy(api.url, study, { ...keyed, traceparent: other });
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.equal(await accepted(again), jobId);
  assert.equal((await requestOf(api, jobId)).traceparent, traceparent);
});

test('a study that Redis lost is queued again in its trace', async () => {
  // It is emptied.
  await using redis = await startLocalRedis();
  await using api = await startApi({ redis });
  const jobId = await accepted(await postStudy(api.url, study, { traceparent }));
  await api.deps.redis.flushall();
  await sweepLater(api);
  const { redisPrefix } = api.deps.config;
  const key = `${queuePrefix(redisPrefix)}:${queueName}:${jobId}`;
  const queued = JSON.parse((await api.deps.redis.hget(key, 'data')) ?? '{}') as StudyRequestJson;
  assert.deepEqual([queued.jobId, queued.traceparent], [jobId, traceparent]);
});

test('a study that came over DICOMweb belongs to the trace of whoever says that it is complete', async () => {
  await using api = await startApi();
  const { jobIds } = await stow(api.url, [slice(1), slice(2)]);
  assert.equal(await accepted(await complete(api, {}, { traceparent })), jobIds[0]);
  assert.equal((await requestOf(api, jobIds[0]!)).traceparent, traceparent);
});
