import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeRadiomicsPackage } from '../../packages/staging/src/radiomics/testing/made-package.ts';
import { samplesOf } from '../helpers/metrics.ts';
import { phantomStudy, runToEnd } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/temporary-directory.ts';

let system: System;
let folder: TemporaryDirectory;
before(async () => {
  folder = await temporaryDirectory('opinion-models');
  system = await startSystem();
});
after(async () => {
  await system[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

test('a package that was tampered with is found before the worker is ready', async () => {
  const tampered = join(folder.path, 'tampered');
  await writeRadiomicsPackage(tampered);
  await appendFile(join(tampered, 't2w.onnx'), ' ');
  await assert.rejects(
    system.startWorker({ HEPASTAGE_OPINION_MODELS: tampered }),
    /INVALID_MODEL.*t2w\.onnx is not the file/s,
  );
});

test('a study with masks comes out with opinions beside its stage, one without masks without', async () => {
  const made = join(folder.path, 'made');
  await writeRadiomicsPackage(made);
  const worker = await system.startWorker({ HEPASTAGE_OPINION_MODELS: made });
  const models = await samplesOf(worker.url, 'hepastage_model_info');
  assert.deepEqual(
    models.map(({ labels }) => labels['name']),
    ['phantom-light', 'made-radiomics'],
  );

  const { t1w, t2w, ...masks } = phantomStudy('severe');
  const withMasks = await runToEnd(system.client, { t1w, t2w, ...masks });
  const { opinions, stage } = await system.client.result(withMasks.jobId);
  assert.equal(withMasks.stage, stage);
  assert.deepEqual(
    opinions.map(({ kind, licence }) => [kind, licence]),
    Array.from({ length: 3 }, () => ['RADIOMICS', 'CC BY-NC 4.0']),
  );
  const without = await runToEnd(system.client, { t1w, t2w });
  assert.deepEqual((await system.client.result(without.jobId)).opinions, []);
  const counted = await samplesOf(worker.url, 'hepastage_opinions_total');
  assert.deepEqual(
    counted.map(({ labels, value }) => [labels['outcome'], value]),
    [['given', 1]],
  );
  assert.equal(await worker.stop(), 0);
});

test('the word none means none', async () => {
  const worker = await system.startWorker({ HEPASTAGE_OPINION_MODELS: 'none' });
  assert.equal((await samplesOf(worker.url, 'hepastage_model_info')).length, 1);
  assert.equal(await worker.stop(), 0);
});
