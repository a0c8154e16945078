import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeText, Finding_Severity, Sequence, StagingResultSchema } from '@hepastage/proto';
import { loadModelPackage, StagingModel } from '@hepastage/staging';
import { type AlteredModel, copyOfModel } from '../helpers/altered-model.ts';
import { hepastage } from '../helpers/command.ts';
import { runProgram } from '../helpers/run-program.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { trainingPython } from '../helpers/training-python.ts';

const script = fileURLToPath(new URL('measured_stager.py', import.meta.url));
const settings = { providers: ['cpu'], threads: 1, batch: { slicesMax: 2, delayMsMax: 0 } } as const;
/** T1W lies as far as is usual, T2W further. */
const distance = [1.75, 4.5];
const distribution = {
  method: 'made up',
  fittedOn: 'nothing',
  thresholds: ['T1W', 'T2W'].map((sequence) => ({ sequence, threshold: 1.75, quantile: 0.99 })),
};
const stageSets = {
  level: 0.8,
  method: 'ordinal conformal',
  fittedOn: 'nothing',
  thresholds: ['T1W', 'T2W', 'T1W+T2W'].map((input) => ({ input, threshold: 1 })),
};

test('sets and distances are those of the manifest: its level, its thresholds, and a word where a study lies beyond', async () => {
  await using model = await measuringModel();
  await model.alter('manifest.json', withFields({ distribution, stageSets }));
  await model.alter('golden.json', (bytes) => withDistance(bytes, distance), true);
  const { t1w, t2w } = phantomStudy('severe');
  const files = ['--t1w', t1w, '--t2w', t2w];
  const { stdout, exitCode } = await hepastage('stage', ...files, '--model', model.path, '--out', join(model.path, 'out'), '--json'); // prettier-ignore
  assert.equal(exitCode, 0, stdout);
  const result = decodeText(StagingResultSchema, stdout);
  assert.deepEqual(result.stageSet, ['mild', 'moderate', 'severe'], 'a threshold of 1 takes all stages');
  assert.equal(result.stageSetLevel, 0.8);
  assert.ok(!result.warnings.some(({ code }) => code === 'STAGE_SET_NOT_CALIBRATED'));
  assert.deepEqual(result.perSequence.map((one) => [one.distance, one.distanceUsualMax]), [[1.75, 1.75], [4.5, 1.75]]); // prettier-ignore
  const unusual = result.quality.filter(({ code }) => code === 'OUT_OF_DISTRIBUTION');
  assert.deepEqual(
    unusual.map(({ sequence, severity, value }) => [sequence, severity, value]),
    [[Sequence.T2W, Finding_Severity.WARNING, 4.5]],
  );
});

test('a model whose manifest speaks of neither sets nor distances says so', async () => {
  await using model = await measuringModel([]);
  await model.alter('manifest.json', withFields({ distribution: undefined, stageSets: undefined }));
  await model.alter('golden.json', (bytes) => withDistance(bytes, undefined), true);
  const { t1w } = phantomStudy('mild');
  const { stdout, exitCode } = await hepastage('stage', '--t1w', t1w, '--model', model.path, '--out', join(model.path, 'out'), '--json'); // prettier-ignore
  assert.equal(exitCode, 0, stdout);
  const { warnings, stageSetLevel, quality, perSequence } = decodeText(StagingResultSchema, stdout);
  assert.ok(warnings.some(({ code }) => code === 'STAGE_SET_NOT_CALIBRATED'));
  assert.equal(stageSetLevel, 0.9);
  assert.deepEqual(perSequence.map((one) => [one.distance, one.distanceUsualMax]), [[undefined, undefined]]); // prettier-ignore
  assert.ok(!quality.some(({ code }) => code === 'OUT_OF_DISTRIBUTION'));
});

test('a manifest that speaks of a distance which the stager lacks is refused', async () => {
  await using model = await measuringModel([]);
  await model.alter('manifest.json', withFields({ distribution }));
  await model.alter('golden.json', (bytes) => withDistance(bytes, distance), true);
  await assert.rejects(started(model), {
    codeName: 'INVALID_MODEL',
    message: /stager\.onnx.*expected .*distance/,
  });
});

test('a distance other than that of the golden case is found', async () => {
  await using model = await measuringModel();
  await model.alter('manifest.json', withFields({ distribution }));
  await model.alter('golden.json', (bytes) => withDistance(bytes, [1.75, 4.6]), true);
  await assert.rejects(started(model), /golden case .*received distance 0\.022/);
});

/** A copy of the shipped model whose stager gives a distance, or none. */
async function measuringModel(given: readonly number[] = distance): Promise<AlteredModel> {
  const model = await copyOfModel();
  await model.alter('stager.onnx', (stager) => measuring(stager, given), true);
  return model;
}

async function measuring(stager: Buffer, given: readonly number[]): Promise<Buffer> {
  await using folder = await temporaryDirectory('stager');
  const [whole, altered] = ['whole.onnx', 'altered.onnx'].map((name) => join(folder.path, name));
  await writeFile(whole!, stager);
  await runProgram(trainingPython(), [script, whole!, altered!, ...given.map(String)]);
  return readFile(altered!);
}

function withFields(fields: Readonly<Record<string, unknown>>): (manifest: Buffer) => Uint8Array {
  return (manifest) =>
    Buffer.from(JSON.stringify({ ...(JSON.parse(manifest.toString()) as object), ...fields }));
}

function withDistance(golden: Buffer, expected: readonly number[] | undefined): Uint8Array {
  const parsed = JSON.parse(golden.toString()) as { expected: object };
  return Buffer.from(JSON.stringify({ ...parsed, expected: { ...parsed.expected, distance: expected } }));
}

/** Whether the model starts is all that is asked. */
async function started({ path }: AlteredModel): Promise<void> {
  const model = await StagingModel.start(await loadModelPackage(path), settings);
  await model.stop();
}
