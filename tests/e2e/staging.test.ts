import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { decodeNifti } from '@hepastage/imaging';
import { JobRecord_State, Sequence, type StagingResult } from '@hepastage/proto';
import { decode as decodePng } from 'fast-png';
import type { StudyFiles } from '../../packages/cli/src/study-files.ts';
import { phantomStudy, realVolumes, runToEnd } from '../helpers/studies.ts';
import { startSystem, type System } from '../helpers/system.ts';

const limits = { decompressedBytesMax: 2 ** 30, voxelsMax: 2 ** 28 };

for (const store of ['directory', 's3'] as const) {
  let system: System;
  before(async () => {
    system = await startSystem(store);
    await system.startWorker();
  });
  after(async () => system[Symbol.asyncDispose]());

  const phantom = phantomStudy('severe');
  const { t1w, t2w } = phantom;
  const cases: [string, StudyFiles][] = [
    ['T1W alone', { t1w }],
    ['T2W alone', { t2w }],
    ['both', { t1w, t2w }],
    ['both with masks', phantom],
  ];
  for (const [name, files] of cases) {
    test(`${store}: a phantom, ${name}, comes out staged with its evidence`, async () =>
      stages(system, files));
  }
}

const real = realVolumes();
const skip = real === undefined ? '../shared/data is not here' : false;
test('real volumes', { skip }, async (context) => {
  await using system = await startSystem();
  await system.startWorker();
  const { t1w, t2w, t1wLiverMask, t2wLiverMask } = real!;
  const cases: [string, StudyFiles][] = [
    ['T1W alone', { t1w }],
    ['T1W alone with mask', { t1w, t1wLiverMask }],
    ['T2W alone', { t2w }],
    ['T2W alone with mask', { t2w, t2wLiverMask }],
    ['both', { t1w, t2w }],
    ['both with masks', { t1w, t2w, t1wLiverMask, t2wLiverMask }],
  ];
  for (const [name, files] of cases) await context.test(name, async () => stages(system, files));
});

/** Sends `files` through the whole service and checks everything that came out. */
async function stages({ client }: System, files: StudyFiles): Promise<void> {
  const job = await runToEnd(client, files);
  assert.equal(job.state, JobRecord_State.SUCCEEDED, job.error?.message);
  const result = await client.result(job.jobId);
  assert.equal(result.stage, job.stage);
  checkProbabilities(result);
  assert.deepEqual(
    result.warnings.map(({ code }) => code),
    ['MODEL_NOT_CLINICALLY_VALIDATED'],
  );
  const sequences = [
    ...(files.t1w === undefined
      ? []
      : [{ name: 't1w', sequence: Sequence.T1W, path: files.t1w, mask: files.t1wLiverMask }]),
    ...(files.t2w === undefined
      ? []
      : [{ name: 't2w', sequence: Sequence.T2W, path: files.t2w, mask: files.t2wLiverMask }]),
  ];
  assert.deepEqual(
    result.artefacts.map(({ name }) => name),
    [
      ...sequences.flatMap(({ name }) => [
        `heatmap.${name}.nii.gz`,
        `key-slice.${name}.png`,
        `key-slice.${name}.dcm`,
      ]),
      'report.sr.dcm',
      'report.fhir.json',
    ],
  );
  assert.equal(result.disagreement === undefined, sequences.length === 1);
  for (const { name, sequence, path, mask } of sequences) {
    const opinion = result.perSequence.find((one) => one.sequence === sequence);
    assert.ok(opinion);
    assert.equal(opinion.region, mask === undefined ? 'body' : 'liver_mask');
    const hasHeat = !result.quality.some(
      (found) => found.sequence === sequence && found.code === 'NO_EVIDENCE_IN_SEQUENCE',
    );
    assert.equal(opinion.heatInLiver !== undefined, mask !== undefined && hasHeat);
    assertSumsToOne(opinion.slices.map(({ attention }) => attention));

    const input = decodeNifti(await readFile(path), limits);
    const heatmap = readHeatmap(await client.artefact(job.jobId, `heatmap.${name}.nii.gz`));
    assert.deepEqual(heatmap.dims, input.dims);
    assert.equal(
      heatmap.voxels.length,
      input.dims.reduce((product, dim) => product * dim, 1),
    );
    assert.equal(
      heatmap.voxels.some((heat) => heat > 0),
      hasHeat,
    );
    for (const [index, value] of input.affine.slice(0, 12).entries()) {
      assert.ok(Math.abs(value - heatmap.affine[index]!) < 1e-3, `affine[${index}] of the ${name} heatmap`);
    }
    const keySlice = decodePng(await client.artefact(job.jobId, `key-slice.${name}.png`));
    assert.ok(
      keySlice.width > 0 && new Set(keySlice.data).size > 16,
      `the ${name} key slice shows something`,
    );
  }
}

/** A heatmap by the letter of the NIfTI-1 standard, not by our own decoder: dim at byte 40, srow at 280, voxels (uint8) from 352. */
function readHeatmap(gzipped: Uint8Array) {
  const file = gunzipSync(gzipped);
  const affine = Array.from({ length: 12 }, (_, index) => file.readFloatLE(280 + 4 * index));
  return {
    dims: [1, 2, 3].map((axis) => file.readInt16LE(40 + 2 * axis)),
    affine,
    voxels: file.subarray(352),
  };
}

function checkProbabilities({ stage, stageSet, probabilities, perSequence }: StagingResult): void {
  assertSumsToOne(probabilities.map(({ probability }) => probability));
  for (const opinion of perSequence)
    assertSumsToOne(opinion.probabilities.map(({ probability }) => probability));
  assertSumsToOne(perSequence.map(({ attention }) => attention));
  const likeliest = probabilities.toSorted((one, other) => other.probability - one.probability)[0];
  assert.equal(stage, likeliest?.stage);
  assert.ok(stageSet.includes(stage));
}

function assertSumsToOne(shares: readonly number[]): void {
  const sum = shares.reduce((total, share) => total + share, 0);
  assert.ok(Math.abs(sum - 1) < 1e-5, `shares sum to ${sum}`);
}
