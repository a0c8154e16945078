import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '../helpers/free-port.ts';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { startSystem } from '../helpers/system.ts';
import { tracedBy } from '../helpers/traced-by.ts';
import { eventually } from '../api/eventually.ts';

/** More than wait at most, and than are sent at once beside them: see packages/platform/src/tracing/otlp/start-tracing.ts. */
const manySpans = 20_000;
const keptMax = 2_048 + 512;

/** Spans that come faster than they can be sent, and the log lines about them. */
async function lose(environment: Readonly<Record<string, string>>) {
  let log = '';
  const tracing = await tracedBy(environment, { write: (line) => void (log += line) });
  for (let n = 0; n < manySpans; n++) tracing.tracer.startSpan('work').end();
  await tracing.close();
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

test('a collector that is not there costs its spans and one line, which says how many and why', async () => {
  const [port] = await freePorts(1);
  const lines = await lose({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  assert.equal(lines.length, 1, JSON.stringify(lines));
  const { level, msg, cause, spans } = lines[0]!;
  assert.deepEqual([level, msg, cause], ['warn', 'traces: the collector did not take them', 'ECONNREFUSED']);
  assert.ok(Number(spans) > 0 && Number(spans) <= keptMax, String(spans));
});

test('a collector that refuses is named by its status alone', async () => {
  await using collector = await startOtlpReceiver((response) =>
    response.writeHead(401, 'secret').end('secret'),
  );
  const lines = await lose({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  assert.deepEqual(
    lines.map(({ cause }) => cause),
    [401],
  );
  assert.ok(!JSON.stringify(lines).includes('secret'));
});

test('spans do not pile up for a collector that does not answer, and nobody waits for it', async () => {
  await using collector = await startOtlpReceiver(() => undefined);
  await lose({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_TIMEOUT: '500' });
  const { length } = collector.spans;
  assert.ok(length > 0 && length <= keptMax, `${length} spans`);
});

test('a service whose collector does not answer serves, and ends', async () => {
  await using collector = await startOtlpReceiver(() => undefined);
  await using system = await startSystem('directory', undefined, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
  for (let n = 0; n < 3; n++) assert.equal((await fetch(`${system.api.url}/v1/jobs`)).status, 200);
  await eventually(async () => collector.spans.length, 3);
  // Nobody ever answers: that it ends shows that it does not wait.
  assert.equal(await system.api.stop(), 0);
});

for (const [title, environment, complaint] of [
  [
    'an endpoint that is no URL',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://[' },
    /OTEL_EXPORTER_OTLP_ENDPOINT is no URL/,
  ],
  [
    'an endpoint that is no HTTP',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' },
    /OTEL_EXPORTER_OTLP_ENDPOINT/,
  ],
  ['a sampler that there is none of', { OTEL_TRACES_SAMPLER: 'xray' }, /OTEL_TRACES_SAMPLER/],
  ['headers that are none', { OTEL_EXPORTER_OTLP_HEADERS: 'top-secret' }, /OTEL_EXPORTER_OTLP_HEADERS/],
  [
    'a certificate that is not there',
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://localhost', OTEL_EXPORTER_OTLP_CERTIFICATE: '/absent' },
    /OTEL_EXPORTER_OTLP_CERTIFICATE names a file that cannot be read/,
  ],
] as const) {
  test(`${title} is refused at the start`, async () => {
    await assert.rejects(tracedBy(environment), (error: Error) => {
      assert.match(error.message, complaint);
      assert.doesNotMatch(error.message, /top-secret/);
      return true;
    });
  });
}
