import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeRadiomicsPackage } from '../../packages/staging/src/radiomics/testing/made-package.ts';
import { hepastage } from '../helpers/command.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/temporary-directory.ts';

const { t1w, t2w, t1wLiverMask, t2wLiverMask } = phantomStudy('severe');

let folder: TemporaryDirectory;
let opinionModel: string;
before(async () => {
  folder = await temporaryDirectory('second-opinion');
  opinionModel = join(folder.path, 'made-radiomics');
  await writeRadiomicsPackage(opinionModel);
});
after(async () => folder[Symbol.asyncDispose]());

const masks = ['--t1w-liver-mask', t1wLiverMask, '--t2w-liver-mask', t2wLiverMask];

async function stage(model: string) {
  const out = join(folder.path, 'result');
  return hepastage('stage', '--t1w', t1w, '--t2w', t2w, '--out', out, ...masks, '--opinion-model', model);
}

test('people read the opinion with its figures, drivers, licence and warnings', async () => {
  const { exitCode, stdout, stderr } = await stage(opinionModel);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^opinion {8}\w+ .*\(made-radiomics@1\.0\.0 of the liver in T1W\+T2W\)$/m);
  assert.match(stdout, /^ {2}measured {5}accuracy 0\.50 \(0\.45 to 0\.55\)$/m);
  assert.match(stdout, /^ {2}driver {7}T1W shape_Sphericity 0\.\d+ \(median 0\.6\): [+-]\d+\.\d points$/m);
  assert.match(stdout, /^licence {8}made-radiomics: CC BY-NC 4\.0$/m);
  assert.match(stdout, /^caution {8}NON_COMMERCIAL_RESEARCH_ONLY: Made from data under/m);
});

test('model verify proves a package of that kind, and refuses one that was tampered with', async () => {
  const { exitCode, stdout, stderr } = await hepastage('model', 'verify', opinionModel);
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^made-radiomics@1\.0\.0 \(RADIOMICS, float32\) is intact/);

  const tampered = join(folder.path, 'tampered');
  await writeRadiomicsPackage(tampered);
  await writeFile(join(tampered, 't1w.onnx'), await readFile(join(tampered, 'both.onnx')));
  const refused = await hepastage('model', 'verify', tampered);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /^INVALID_MODEL: .*t1w\.onnx is not the file that the manifest describes/);
});

test('model verify refuses a package that does not say where it comes from', async () => {
  const nameless = join(folder.path, 'nameless');
  await writeRadiomicsPackage(nameless, ({ provenance, ...manifest }) => ({
    ...manifest,
    provenance: { ...provenance, licence: '' },
  }));
  const { exitCode, stderr } = await hepastage('model', 'verify', nameless);
  assert.equal(exitCode, 1);
  assert.match(stderr, /^INVALID_MODEL: model made-radiomics@1\.0\.0: .*expected provenance\.licence/);
});
