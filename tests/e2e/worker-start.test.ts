import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { samplesOf } from '../helpers/metrics.ts';
import { phantomStudy, runToEnd } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

const shippedModel = fileURLToPath(new URL('../../models/phantom-light', import.meta.url));
let system: System;
before(async () => {
  system = await startSystem();
});
after(async () => system[Symbol.asyncDispose]());

test('a required execution provider that is missing is a start-up error', async () => {
  await assert.rejects(
    system.startWorker({ HEPASTAGE_EXECUTION_PROVIDERS: 'cuda' }),
    /EXECUTION_PROVIDER_UNAVAILABLE/,
  );
});

test('a preferred one is a warning, a metric and a field of the result', async () => {
  const worker = await system.startWorker({ HEPASTAGE_EXECUTION_PROVIDERS: 'cuda,cpu' });
  assert.match(worker.log(), /execution provider not available/);
  const [info] = await samplesOf(worker.url, 'hepastage_execution_provider_info');
  assert.deepEqual(info?.labels, { provider: 'cpu', preferred: 'cuda', fallback: 'true', service: 'worker' });

  const { t2w } = phantomStudy('mild');
  const { jobId } = await runToEnd(system.client, { t2w });
  const { execution, warnings } = await system.client.result(jobId);
  assert.equal(execution?.executionProvider, 'cpu');
  assert.equal(execution.preferredExecutionProvider, 'cuda');
  assert.ok(warnings.some(({ code }) => code === 'EXECUTION_PROVIDER_FALLBACK'));
  assert.equal(await worker.stop(), 0);
});

for (const [what, file, alter] of [
  ['an altered graph', 'stager.onnx', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from([0])])],
  ['a manifest that is no JSON', 'manifest.json', () => Buffer.from('{')],
] as const) {
  test(`${what} is found before the worker is ready`, async () => {
    await using opened = new AsyncDisposableStack();
    const model = await mkdtemp(join(tmpdir(), 'hepastage-model-'));
    opened.defer(async () => rm(model, { recursive: true }));
    await cp(shippedModel, model, { recursive: true });
    await writeFile(join(model, file), alter(await readFile(join(model, file))));
    await assert.rejects(
      system.startWorker({ HEPASTAGE_MODEL: model }),
      new RegExp(`INVALID_MODEL.*${file}`, 's'),
    );
  });
}

test('outputs other than the golden ones are found before the worker is ready', async () => {
  await using opened = new AsyncDisposableStack();
  const model = await mkdtemp(join(tmpdir(), 'hepastage-model-'));
  opened.defer(async () => rm(model, { recursive: true }));
  await cp(shippedModel, model, { recursive: true });
  const golden = JSON.parse(await readFile(join(model, 'golden.json'), 'utf8')) as {
    expected: { probabilities: number[][] };
  };
  golden.expected.probabilities[2]![0]! += 0.01;
  const altered = JSON.stringify(golden);
  await writeFile(join(model, 'golden.json'), altered);
  const manifest = JSON.parse(await readFile(join(model, 'manifest.json'), 'utf8')) as {
    files: { name: string; bytes: number; sha256: string }[];
  };
  const entry = manifest.files.find(({ name }) => name === 'golden.json');
  assert.ok(entry);
  entry.sha256 = Buffer.from(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(altered)),
  ).toString('hex');
  await writeFile(join(model, 'manifest.json'), JSON.stringify(manifest));
  await assert.rejects(system.startWorker({ HEPASTAGE_MODEL: model }), /INVALID_MODEL.*golden case/s);
});
