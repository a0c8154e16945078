import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeAuthority } from '../helpers/certificates.ts';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { tracedBy } from '../helpers/traced-by.ts';

/** Sends one span, and returns what was logged of that. */
async function sendOne(environment: Readonly<Record<string, string>>): Promise<string> {
  let log = '';
  const tracing = await tracedBy(environment, { write: (line) => void (log += line) });
  tracing.tracer.startSpan('work').end();
  await tracing.close();
  return log;
}

test('a whole URL is taken as it stands, a base URL is completed, below a path as well', async () => {
  await using collector = await startOtlpReceiver();
  for (const environment of [
    { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces` },
    {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/v1/traces`,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    },
  ])
    assert.equal(await sendOne(environment), '');
  assert.equal(collector.spans.length, 4);
  assert.match(await sendOne({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/below` }), /"cause":404/);
  assert.match(await sendOne({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url }), /"cause":404/);
});

test('a service is called as OpenTelemetry’s own variables say', async (context) => {
  await using collector = await startOtlpReceiver();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  await sendOne(environment);
  const before = process.env['OTEL_SERVICE_NAME'];
  context.after(() => {
    if (before === undefined) delete process.env['OTEL_SERVICE_NAME'];
    else process.env['OTEL_SERVICE_NAME'] = before;
  });
  process.env['OTEL_SERVICE_NAME'] = 'staging-of-the-north';
  await sendOne(environment);
  assert.deepEqual(
    collector.spans.map(({ service }) => service),
    ['hepastage-test', 'staging-of-the-north'],
  );
  assert.match(collector.text(), /"service\.instance\.id"/);
});

test('headers may lie in a file, and show nowhere', async () => {
  await using directory = await temporaryDirectory('headers');
  await using collector = await startOtlpReceiver((response) => response.writeHead(403).end());
  const file = join(directory.path, 'headers');
  await writeFile(file, 'authorization=Basic%20dG9wLXNlY3JldA==,x-tenant=one\n');
  const log = await sendOne({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS_FILE: file,
  });
  const { authorization, 'x-tenant': tenant } = collector.headers[0]!;
  assert.deepEqual([authorization, tenant], ['Basic dG9wLXNlY3JldA==', 'one']);
  assert.match(log, /"cause":403/);
  assert.ok(!log.includes('dG9w'));
});

test('a collector is known by the authority that is named, and shown a certificate', async () => {
  await using directory = await temporaryDirectory('certificates');
  const authority = await makeAuthority(directory.path);
  const another = await makeAuthority(directory.path, 'another');
  const server = await authority.issue('collector');
  const client = await authority.issue('service');
  await using collector = await startOtlpReceiver(undefined, { ...server, ca: authority.ca });
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: client.certFile,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: client.keyFile,
  };
  assert.match(
    await sendOne({ ...environment, OTEL_EXPORTER_OTLP_CERTIFICATE: another.caFile }),
    /"cause":"(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE)"/,
  );
  assert.equal(collector.spans.length, 0);
  const { OTEL_EXPORTER_OTLP_ENDPOINT } = environment;
  const bare = { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_CERTIFICATE: authority.caFile };
  assert.notEqual(await sendOne(bare), '', 'without a certificate of its own it is turned away');
  assert.equal(collector.spans.length, 0);
  assert.equal(await sendOne({ ...environment, OTEL_EXPORTER_OTLP_CERTIFICATE: authority.caFile }), '');
  assert.equal(collector.spans.length, 1);
});
