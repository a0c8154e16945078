import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { copyOfModel } from '../helpers/altered-model.ts';
import { samplesOf } from '../helpers/metrics.ts';
import { phantomStudy, runToEnd } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

let system: System;
before(async () => {
  system = await startSystem();
});
after(async () => system[Symbol.asyncDispose]());

for (const providers of ['cuda', 'cuda,tensorrt']) {
  test(`${providers}: where none is there and cpu is not allowed, the worker does not start, and says what to do`, async () => {
    await assert.rejects(
      system.startWorker({ HEPASTAGE_EXECUTION_PROVIDERS: providers }),
      /"code":"EXECUTION_PROVIDER_UNAVAILABLE".*HEPASTAGE_EXECUTION_PROVIDERS: no execution provider works.*add cpu to the end of the list to allow it/,
    );
  });
}

test('what is configured and used alike is no fallback', async () => {
  const worker = await system.startWorker({ HEPASTAGE_EXECUTION_PROVIDERS: 'cpu' });
  assert.doesNotMatch(worker.log(), /execution provider not available/);
  const [info] = await samplesOf(worker.url, 'hepastage_execution_provider_info');
  assert.deepEqual(info?.labels, { provider: 'cpu', preferred: 'cpu', fallback: 'false', service: 'worker' });
  assert.equal(await worker.stop(), 0);
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
    await using model = await copyOfModel();
    await model.alter(file, alter);
    await assert.rejects(
      system.startWorker({ HEPASTAGE_MODEL: model.path }),
      new RegExp(`INVALID_MODEL.*${file}`, 's'),
    );
  });
}

test('outputs other than the golden ones are found before the worker is ready', async () => {
  await using model = await copyOfModel();
  await model.alter('golden.json', withAnotherProbability, true);
  await assert.rejects(system.startWorker({ HEPASTAGE_MODEL: model.path }), /INVALID_MODEL.*golden case/s);
});

function withAnotherProbability(bytes: Buffer): Buffer {
  const golden = JSON.parse(bytes.toString()) as { expected: { probabilities: number[][] } };
  golden.expected.probabilities[2]![0]! += 0.01;
  return Buffer.from(JSON.stringify(golden));
}
