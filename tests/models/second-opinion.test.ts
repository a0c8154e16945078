import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { decodeNifti, radiomicsFeatures } from '@hepastage/imaging';
import { parseConfig } from '@hepastage/platform/config';
import { Sequence, type StagingResult } from '@hepastage/proto';
import {
  ImagingPool,
  loadModelPackage,
  missingProvenance,
  type OpinionModels,
  StagingModel,
  stageStudy,
  startOpinionModels,
} from '@hepastage/staging';
import { openRequest } from '../../packages/cli/src/study/open-request.ts';
import { localStudySettings } from '../../packages/cli/src/study/study-settings.ts';
import type { StudyFiles } from '../../packages/cli/src/study-files.ts';
import { linearAnswer } from '../../packages/staging/src/radiomics/testing/linear-graph.ts';
import {
  madeBias,
  madeWeights,
  writeRadiomicsPackage,
} from '../../packages/staging/src/radiomics/testing/made-package.ts';
import { phantomStudy } from '../helpers/studies.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/temporary-directory.ts';

const limits = parseConfig(localStudySettings, {});
const { t1w, t2w, t1wLiverMask, t2wLiverMask } = phantomStudy('severe');

let folder: TemporaryDirectory;
let model: StagingModel;
let imaging: ImagingPool;
let opinions: OpinionModels;
before(async () => {
  folder = await temporaryDirectory('second-opinion');
  await writeRadiomicsPackage(join(folder.path, 'made'));
  opinions = await startOpinionModels([join(folder.path, 'made')]);
  const batch = { slicesMax: 16, delayMsMax: 0 };
  model = await StagingModel.start(await loadModelPackage(shippedModel('phantom-light')), {
    providers: ['cpu'],
    threads: 1,
    batch,
  });
  imaging = new ImagingPool(1);
});
after(async () => {
  await Promise.all([model.stop(), imaging.close(), opinions[Symbol.asyncDispose]()]);
  await folder[Symbol.asyncDispose]();
});

function shippedModel(name: string): string {
  return fileURLToPath(new URL(`../../models/${name}`, import.meta.url));
}

async function staged(files: StudyFiles, models = opinions.models): Promise<StagingResult> {
  await using opened = await openRequest('job', files, { t1w: '', t2w: '' }, limits);
  const { result } = await stageStudy(opened.request, {
    model,
    opinionModels: models,
    imaging,
    limits,
    source: opened.source,
    sink: { writeArtefact: async () => {}, writeResult: async () => {} },
    software: 'test',
  });
  return result;
}

test('where masks came, a radiomics model gives its opinions, and the stage stays what it was', async () => {
  const files = { t1w, t2w, t1wLiverMask, t2wLiverMask };
  const result = await staged(files);
  const without = await staged(files, []);
  assert.deepEqual(without.opinions, []);
  assert.deepEqual(result.probabilities, without.probabilities);
  assert.deepEqual(result.warnings, without.warnings);
  assert.deepEqual(
    result.opinions.map(({ sequences }) => sequences),
    [[Sequence.T1W], [Sequence.T2W], [Sequence.T1W, Sequence.T2W]],
  );

  const found = radiomicsFeatures(
    decodeNifti(await readFile(t1w), limits),
    decodeNifti(await readFile(t1wLiverMask), limits, 'mask'),
  );
  const expected = linearAnswer(madeWeights, madeBias, [
    found.original_shape_Sphericity,
    found.original_shape_Flatness,
    found.original_firstorder_Entropy,
  ]);
  for (const [n, { probability }] of result.opinions[0]!.probabilities.entries())
    assert.ok(Math.abs(probability - expected[n]!) < 1e-5, `${probability} is not ${expected[n]}`);
});

function steps({ execution }: StagingResult): string[] {
  return execution!.timings.map(({ step }) => step);
}

test('without a mask there is no opinion, no complaint, and no time spent on features', async () => {
  const result = await staged({ t1w, t2w });
  const { opinions: none, warnings } = result;
  assert.deepEqual(none, []);
  assert.ok(!steps(result).includes('FEATURES'));
  assert.ok(steps(await staged({ t1w, t1wLiverMask })).includes('FEATURES'));
  assert.ok(warnings.every(({ code }) => code !== 'NO_RADIOMICS_FEATURES'));
});

test('with one mask only that sequence is judged', async () => {
  const { opinions: lone } = await staged({ t1w, t2w, t2wLiverMask });
  assert.deepEqual(
    lone.map(({ sequences }) => sequences),
    [[Sequence.T2W]],
  );
});

test('a mask without a shape costs the opinion, not the study', async () => {
  const lineMask = join(folder.path, 'line.nii');
  await writeFile(lineMask, lineOf(await readFile(t1wLiverMask)));
  const { opinions: none, warnings, stage } = await staged({ t1w, t1wLiverMask: lineMask });
  assert.notEqual(stage, '');
  assert.deepEqual(none, []);
  assert.match(
    warnings.find(({ code }) => code === 'NO_RADIOMICS_FEATURES')?.message ?? '',
    /^No second opinion on T1W: the mask is no more than a line of voxels/,
  );
});

test('a model whose thread has ended costs its opinions, not the study', async () => {
  await using gone = await startOpinionModels([join(folder.path, 'made')]);
  await gone.models[0]!.stop();
  const result = await staged({ t1w, t1wLiverMask }, [...gone.models, ...opinions.models]);
  assert.notEqual(result.stage, '');
  assert.equal(result.opinions.length, 1, 'the other model speaks');
  assert.deepEqual(
    result.warnings.filter(({ code }) => code === 'NO_SECOND_OPINION').map(({ message }) => message),
    ['No second opinion of made-radiomics@1.0.0: the model could not be asked, for no fault of the study.'],
  );
});

test('the shipped package fits its manifest, gives its golden probabilities, and says what it may be used for', async () => {
  await using shipped = await startOpinionModels([shippedModel('radiomics-cirrmri600plus')]);
  const { manifest } = shipped.models[0]!;
  assert.equal(manifest.radiomics?.classifiers.length, 3);
  assert.ok(manifest.warnings.includes('NON_COMMERCIAL_RESEARCH_ONLY'));
  assert.deepEqual(missingProvenance(manifest), []);
});

/** The same mask with its first marked voxel alone. */
function lineOf(gzipped: Uint8Array): Uint8Array {
  const file = gunzipSync(gzipped);
  // uint8 voxels, from byte 352 on.
  const first = file.findIndex((value, at) => at >= 352 && value > 0);
  const value = file[first]!;
  file.fill(0, 352);
  file[first] = value;
  return file;
}
