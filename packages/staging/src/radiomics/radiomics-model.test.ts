import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type RadiomicsFeatures, radiomicsFeatureNames } from '@hepastage/imaging';
import { type ModelManifestJson, Sequence, type SequenceJson } from '@hepastage/proto';
import { loadModelPackage } from '../model/model-kinds.ts';
import { StagingModel } from '../model/staging-model.ts';
import { RadiomicsModel } from './radiomics-model.ts';
import { linearAnswer } from './testing/linear-graph.ts';
import { madeBias, madeWeights, writeRadiomicsPackage } from './testing/made-package.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hepastage-radiomics-'));
});
after(async () => rm(folder, { recursive: true }));

/** Every feature 1, but those that the made classifiers read. */
function featuresOf(Sphericity: number, Flatness: number, Entropy: number): RadiomicsFeatures {
  const all = Object.fromEntries(radiomicsFeatureNames.map((name) => [name, 1])) as RadiomicsFeatures;
  return {
    ...all,
    original_shape_Sphericity: Sphericity,
    original_shape_Flatness: Flatness,
    original_firstorder_Entropy: Entropy,
  };
}

/** Which sequences the opinions are of that a study with these has. */
async function judgedBy(model: RadiomicsModel, ...sequences: Sequence[]): Promise<Sequence[][]> {
  const found = await model.opinions(new Map(sequences.map((one) => [one, featuresOf(0.5, 0.5, 2)])));
  return found.map((opinion) => opinion.sequences);
}

/** Probability of the last stage, by the definition of the made classifiers. */
function severity(...row: number[]): number {
  return linearAnswer(madeWeights, madeBias, row)[2]!;
}

describe('a radiomics model', () => {
  let model: RadiomicsModel;
  before(async () => {
    await writeRadiomicsPackage(join(folder, 'made'));
    model = await RadiomicsModel.start(await loadModelPackage(join(folder, 'made')));
  });
  after(async () => model.stop());

  test('has an opinion for every combination of sequences whose features are there', async () => {
    const [T1W, T2W] = [Sequence.T1W, Sequence.T2W];
    assert.deepEqual(await judgedBy(model), []);
    assert.deepEqual(await judgedBy(model, T1W), [[T1W]]);
    assert.deepEqual(await judgedBy(model, T2W), [[T2W]]);
    assert.deepEqual(await judgedBy(model, T1W, T2W), [[T1W], [T2W], [T1W, T2W]]);
  });

  test('has no opinion where its graph answers no number', async () => {
    const features = featuresOf(Number.NaN, 0.5, 2);
    await assert.rejects(model.opinions(new Map([[Sequence.T1W, features]])), {
      codeName: 'INFERENCE_FAILED',
      message: /^t1w\.onnx, probabilities: .*received NaN/,
    });
  });

  test('says how long its graph took', async () => {
    const runs: string[] = [];
    const observer = { inference: (graph: string, provider: string) => runs.push(`${graph} ${provider}`) };
    const observed = await RadiomicsModel.start(await loadModelPackage(join(folder, 'made')), observer);
    await observed.stop();
    // One golden case of each classifier.
    assert.deepEqual(
      runs,
      Array.from({ length: 3 }, () => 'radiomics cpu'),
    );
  });

  test('says what its graph says, with what drove it, its figures, licence and warnings', async () => {
    const [opinion] = await model.opinions(new Map([[Sequence.T1W, featuresOf(0.3, 0.7, 2)]]));
    assert.ok(opinion);
    const answer = severity(0.3, 0.7, 2);
    assert.equal(opinion.stage, 'severe');
    assertNear(opinion.probabilities[2]!.probability, answer);
    assert.equal(opinion.kind, 'RADIOMICS');
    assert.equal(opinion.model?.name, 'made-radiomics');
    assert.equal(opinion.licence, 'CC BY-NC 4.0');
    assert.deepEqual(
      opinion.metrics.map(({ input }) => input),
      ['T1W'],
    );
    // Entropy is the training studies' median: it moved nothing.
    assert.deepEqual(
      opinion.drivers.map(({ name, value, median, lower, upper }) => ({ name, value, median, lower, upper })),
      [
        { name: 'original_shape_Sphericity', value: 0.3, median: 0.6, lower: 0.4, upper: 0.9 },
        { name: 'original_shape_Flatness', value: 0.7, median: 0.5, lower: 0.3, upper: 0.8 },
      ],
    );
    assertNear(opinion.drivers[0]!.influence, answer - severity(0.6, 0.7, 2));
    assertNear(opinion.drivers[1]!.influence, answer - severity(0.3, 0.5, 2));
    assert.deepEqual(
      opinion.warnings.map(({ code }) => code),
      ['MODEL_NOT_CLINICALLY_VALIDATED', 'NON_COMMERCIAL_RESEARCH_ONLY', 'FEATURES_OUTSIDE_TRAINING_RANGE'],
    );
    assert.equal(
      opinion.warnings[2]!.message,
      'Outside the 1st to 99th percentile of the training studies: T1W original_shape_Sphericity 0.3 (0.4 to 0.9).',
    );
  });
});

describe('a package is refused', () => {
  const refusals: readonly [string, (manifest: ModelManifestJson) => ModelManifestJson, RegExp][] = [
    ['of an unknown kind', (manifest) => ({ ...manifest, kind: 'UNSPECIFIED' }), /expected DEEP or RADIOMICS, received UNSPECIFIED/],
    ['without classifiers', (manifest) => ({ ...manifest, radiomics: {} }), /lacks stages or classifiers/],
    ['with a feature that is not computed', (manifest) => withFeature(manifest, { name: 'original_glcm_Contrast' }), /received original_glcm_Contrast/],
    ['with a range that leaves out its median', (manifest) => withFeature(manifest, { lower: 0.7 }), /describes original_shape_Sphericity wrongly/],
    ['with an unlisted graph', (manifest) => ({ ...manifest, files: manifest.files!.slice(1) }), /uses t1w\.onnx but does not list it/],
    ['whose classifier names T2W first', (manifest) => withSequences(manifest, ['T2W', 'T1W']), /t1w\.onnx names its sequences twice or out of order .*received T2W\+T1W/],
    ['whose classifier names T1W twice', (manifest) => withSequences(manifest, ['T1W', 'T1W']), /t1w\.onnx names its sequences twice/],
    ['with two classifiers of one input', (manifest) => withSequences(manifest, ['T1W', 'T2W']), /a second classifier, both\.onnx, judges T1W\+T2W/],
    ['without figures of a classifier', (manifest) => ({ ...manifest, metrics: manifest.metrics!.slice(1) }), /no figures of the classifier t1w\.onnx/],
    ['with a golden case of no classifier', (manifest) => ({ ...manifest, radiomics: { classifiers: manifest.radiomics!.classifiers!.slice(1) } }), /received a case for t1w\.onnx, which is no classifier/],
    ['with a golden case of other stages', (manifest) => ({ ...manifest, stages: ['mild', 'severe'] }), /received for t1w\.onnx, not 2 rows of 2 probabilities/],
    ['without a golden case of its own', (manifest) => ({ ...manifest, golden: 't1w.onnx' }), /golden cases prove nothing/],
  ]; // prettier-ignore
  for (const [name, change, message] of refusals) {
    test(name, async () => {
      const path = join(folder, name);
      await writeRadiomicsPackage(path, change);
      await assert.rejects(loadModelPackage(path), { codeName: 'INVALID_MODEL', message });
    });
  }

  test('whose graph was tampered with', async () => {
    const path = join(folder, 'tampered');
    await writeRadiomicsPackage(path);
    const graph = await readFile(join(path, 'both.onnx'));
    graph[graph.length - 1]! ^= 1;
    await writeFile(join(path, 'both.onnx'), graph);
    const message = /both\.onnx is not the file that the manifest describes/;
    await assert.rejects(loadModelPackage(path), { codeName: 'INVALID_MODEL', message });
  });

  test('whose graph knows other stages than the manifest', async () => {
    const path = join(folder, 'stages');
    await writeRadiomicsPackage(path);
    const given = await loadModelPackage(path);
    assert.ok(given.kind === 'RADIOMICS');
    const manifest = { ...given.manifest, stages: ['mild', 'severe'] };
    await assert.rejects(RadiomicsModel.start({ ...given, manifest }), {
      codeName: 'INVALID_MODEL',
      message:
        /t1w\.onnx, outputs: .*expected probabilities float32 \[\?,2\], received probabilities float32 \[\?,3\]/,
    });
  });

  test('whose graph is none', async () => {
    const path = join(folder, 'no graph');
    await writeRadiomicsPackage(path);
    const given = await loadModelPackage(path);
    assert.ok(given.kind === 'RADIOMICS');
    const graphs = new Map(given.graphs).set('t2w.onnx', Uint8Array.of(1, 2, 3));
    await assert.rejects(RadiomicsModel.start({ ...given, graphs }), {
      codeName: 'INVALID_MODEL',
      message: /^model made-radiomics@1\.0\.0: ONNX Runtime can’t open the classifiers/,
    });
  });

  test('whose golden case fails', async () => {
    const path = join(folder, 'golden');
    await writeRadiomicsPackage(path);
    const given = await loadModelPackage(path);
    assert.ok(given.kind === 'RADIOMICS');
    const cases = given.golden.cases.map((one) => ({ ...one, probabilities: [[0.4, 0.3, 0.3], [0, 0, 1]] })); // prettier-ignore
    await assert.rejects(RadiomicsModel.start({ ...given, golden: { ...given.golden, cases } }), {
      codeName: 'INVALID_MODEL',
      message: /does not give the probabilities of its golden case/,
    });
  });

  test('where a model that stages is wanted', async () => {
    const path = join(folder, 'other kind');
    await writeRadiomicsPackage(path);
    const options = { providers: ['cpu'] as const, threads: 1, batch: { slicesMax: 1, delayMsMax: 0 } };
    await assert.rejects(StagingModel.start(await loadModelPackage(path), options), {
      codeName: 'INVALID_MODEL',
      message: /expected DEEP, received RADIOMICS/,
    });
  });
});

function withSequences(manifest: ModelManifestJson, sequences: SequenceJson[]): ModelManifestJson {
  const [first, ...rest] = manifest.radiomics!.classifiers!;
  return { ...manifest, radiomics: { classifiers: [{ ...first, sequences }, ...rest] } };
}

function withFeature(manifest: ModelManifestJson, change: object): ModelManifestJson {
  const [first, ...others] = manifest.radiomics!.classifiers!;
  const [feature, ...rest] = first!.features!;
  const changed = { ...first, features: [{ ...feature, ...change }, ...rest] };
  return { ...manifest, radiomics: { classifiers: [changed, ...others] } };
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}
