import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DatasetReport } from '../../packages/cli/src/dataset/dataset-report.ts';
import { type DatasetOptions, readDataset } from '../../packages/cli/src/dataset/read-dataset.ts';
import type { CohortIndex } from '../../packages/cli/src/prepare/prepare-cohort.ts';
import { hepastage } from '../helpers/command.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/temporary-directory.ts';
import { tinyMask, tinySliceMasks, tinySlices, tinyVolume, writeTree } from './miniature-dataset.ts';

const how = {
  spacingMm: 10,
  height: 16,
  width: 16,
  slices: 3,
  minSliceSpacingMm: 3,
  liverMarginMm: 20,
  lowerPercentile: 1,
  upperPercentile: 99,
};
const defaults: DatasetOptions = { splits: 'folds', sequence: undefined, layout: undefined, seed: 1 };
const header = 'Patient ID,Age,Gender,Radiological Evaluation';
/** What OSF gives: T1W nested twice, T2W as slices too, healthy subjects with the ids of patients, a BOM. */
const dataset = {
  'Cirrhosis_T1_3D/Cirrhosis_T1_3D/train_images/5.nii.gz': tinyVolume,
  'Cirrhosis_T1_3D/Cirrhosis_T1_3D/train_masks/5.nii.gz': tinyMask,
  'Cirrhosis_T1_3D/Cirrhosis_T1_3D/valid_images/47.nii.gz': tinyVolume,
  'Cirrhosis_T1_3D/Cirrhosis_T1_3D/test_images/8.nii.gz': 'no image',
  'Cirrhosis_T1_3D/Cirrhosis_T1_3D/test_masks/99.nii.gz': tinyMask,
  'Cirrhosis_T1_3D/__MACOSX/Cirrhosis_T1_3D/train_images/5.nii.gz': 'resource fork',
  'Cirrhosis_T1_3D/notes.txt': 'mine',
  'Cirrhosis_T2_3D/train_images/47.nii.gz': tinyVolume,
  'Cirrhosis_T2_3D/train_images/300.nii.gz': tinyVolume,
  ...tinySlices('Cirrhosis_T2_2D/train/47/images', 12, 3),
  ...tinySliceMasks('Cirrhosis_T2_2D/train/47/masks', 12),
  ...tinySlices('Cirrhosis_T2_2D/valid/5/images', 5),
  'Healthy_subjects/T1_W_Healthy/T1_images/5.nii.gz': tinyVolume,
  'Healthy_subjects/T1_W_Healthy/T1_masks/5.nii.gz': tinyMask,
  'Metadata/CirrMRI600+_CompleteData_age_gender_evaluation.csv': `${header}\n5,61,1,1\n8,63,2,3\n47,50,2,2\n`,
  'Metadata/T1_age_gender_evaluation.csv': `${header}\n5,61,1,1\n8,63,2,3\n47,50,2,2\n`,
  'Metadata/T2_age_gender_evaluation.csv': `${header}\n5,61,1,1\n47,50,2,2\n`,
  'Metadata/Healthy_demographics.csv': '\uFEFFID,Age,Gender\r\n5,44,2\r\n6,,1\r\n',
};

let folder: TemporaryDirectory;
before(async () => {
  folder = await temporaryDirectory('dataset');
  await writeTree(folder.path, Object.fromEntries(Object.entries(dataset).map(([path, content]) => [`osf/${path}`, content]))); // prettier-ignore
  await writeFile(join(folder.path, 'how.json'), JSON.stringify({ T1W: how, T2W: how }));
});
after(async () => folder[Symbol.asyncDispose]());

describe('the dataset as it is downloaded', () => {
  let index: CohortIndex;
  let report: DatasetReport;
  before(async () => {
    const { exitCode, stdout, stderr } = await prepare('osf', 'all', '--json', '--jobs', '1');
    assert.equal(exitCode, 0, stderr);
    report = (JSON.parse(stdout) as { dataset: DatasetReport }).dataset;
    index = await indexOf('all');
  });

  test('gives a body variant of each image and a liver variant of each mask; what is corrupt is refused', () => {
    assert.deepEqual(
      index.items.map(({ study, sequence, variant, stage }) => [study, sequence, variant, stage].join(' ')),
      [
        'healthy-0005 T1W body healthy',
        'healthy-0005 T1W liver healthy',
        'patient-0005 T1W body mild',
        'patient-0005 T1W liver mild',
        'patient-0047 T1W body moderate',
        'patient-0047 T2W body moderate',
      ],
    );
    assert.deepEqual(index.refused.map(({ study, code }) => [study, code]), [['patient-0008', 'NOT_NIFTI']]); // prettier-ignore
  });

  test('keeps a patient in one fold, and says so in index and registry', async () => {
    const table = await readFile(join(folder.path, 'all', 'registry.csv'), 'utf8');
    const rows = table.trim().split('\n').slice(1).map((line) => line.split(',')); // prettier-ignore
    const foldOf = new Map(rows.map((cells) => [cells[0]!, Number(cells[10])]));
    for (const { patient, study, fold, split } of index.items) {
      assert.equal(patient, study);
      assert.equal(fold, foldOf.get(patient));
      assert.equal(split, ['test', 'valid', 'train', 'train', 'train'][fold!]);
    }
    const start = rows.map((cells) => cells.slice(0, 10).join(','));
    assert.deepEqual(start, [
      'healthy-0005,healthy,5,healthy,44,M,T1W only,,,false',
      'healthy-0006,healthy,6,healthy,,F,none,,,false',
      'patient-0005,patient,5,mild,61,F,both,train,valid,true',
      'patient-0008,patient,8,severe,63,M,T1W only,test,,false',
      'patient-0047,patient,47,moderate,50,M,both,valid,train,true',
    ]);
  });

  test('is reported with all that does not fit', () => {
    assert.deepEqual([report.patients, report.healthy], [3, 2]);
    assert.deepEqual(report.absent, ['Cirrhosis_T1_2D', 'Healthy_subjects/T2_W_Healthy']);
    assert.deepEqual(report.leaks, [
      { patient: 'patient-0005', T1W: 'train', T2W: 'valid' },
      { patient: 'patient-0047', T1W: 'valid', T2W: 'train' },
    ]);
    const named = Object.fromEntries(report.findings.map(({ what, names }) => [what.split(':')[0], names]));
    assert.deepEqual(named, {
      'images whose patient is in no table': ['patient-0300 T2W 3d'],
      'listed in a table, without an image': ['healthy-0006'],
      'images without a mask': [
        'patient-0008 T1W 3d',
        'patient-0047 T1W 3d',
        'patient-0005 T2W 2d',
        'patient-0300 T2W 3d',
        'patient-0047 T2W 3d',
      ],
      'masks without an image': ['Cirrhosis_T1_3D/Cirrhosis_T1_3D/test_masks/99.nii.gz'],
      'files that are no part of the dataset': ['Cirrhosis_T1_3D/notes.txt'],
    });
  });
});

test('slices are prepared in the order of their numbers, at most as many as the preprocessing says', async () => {
  const { exitCode, stderr } = await prepare('osf', 'slices', '--layout', '2d');
  assert.equal(exitCode, 0, stderr);
  const { items, refused } = await indexOf('slices');
  assert.deepEqual(refused, []);
  assert.deepEqual(
    items.map(({ study, variant, slices, zMm }) => [study, variant, slices, zMm.map((z) => z / 3).join()]),
    [
      ['patient-0005', 'body', 3, '0,2,4'],
      ['patient-0047', 'body', 3, '2,6,10'],
      ['patient-0047', 'liver', 3, '2,6,10'],
    ],
  );
  const file = await readFile(join(folder.path, 'slices', items[1]!.tensor));
  const values = new Float32Array(new Uint8Array(file.subarray(-3 * 3 * 256 * 4)).buffer);
  const firstPixels = Array.from({ length: 9 }, (_, plane) => values[plane * 256]!);
  // Brighter from picture to picture: 2, 3, 4 are not 1, 10, 11. The darker half lies below what is counted as body, where all is one value.
  const lowest = firstPixels.filter((value) => value === firstPixels[0]).length;
  assert.ok(
    lowest < 5 && firstPixels.every((value, n) => n < lowest || value > firstPixels[n - 1]!),
    String(firstPixels),
  );
});

test('one zip is enough, and a dry run only says what is here and what is not', async () => {
  const { exitCode, stdout, stderr } = await prepare('osf/Healthy_subjects', 'healthy', '--dry-run');
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^CirrMRI600\+: 0 patients listed, 1 healthy subjects\nT1W 3d: 1 images, 1 liver masks\nnot here: Cirrhosis_T1_3D, /); // prettier-ignore
  assert.match(stdout, /\n2 volumes to prepare\n$/);
  assert.deepEqual((await readdir(join(folder.path, 'healthy'))).sort(), ['cohort.csv', 'registry.csv']);
});

test('the official split is of one sequence', async () => {
  const osf = join(folder.path, 'osf');
  await assert.rejects(readDataset(osf, { ...defaults, splits: 'official' }), {
    codeName: 'INVALID_REQUEST',
    message: /^--splits official: .* leak: .*patient-0005 \(T1W train, T2W valid\), patient-0047/,
  });
  const { cohort } = await readDataset(osf, { ...defaults, splits: 'official', sequence: 'T2W' });
  assert.deepEqual(cohort.map(({ study, sequence, split, fold }) => [study, sequence, split, fold]), [['patient-0047', 'T2W', 'train', undefined]]); // prettier-ignore
});

describe('a dataset is refused', () => {
  const table = 'Metadata/T1_age_gender_evaluation.csv';
  const image = { 'Cirrhosis_T1_3D/train_images/5.nii.gz': tinyVolume };
  const refusals: readonly [name: string, files: Record<string, string | Uint8Array>, message: RegExp][] = [
    ['without its layout', { 'a/5.nii.gz': tinyVolume }, /does not have the layout of CirrMRI600\+/],
    ['without its tables', image, /stages of the patients are not here .*download the folder Metadata/],
    [
      'with a stage that is none',
      { ...image, [table]: `${header}\n4,60,2,3\n5,61,1,4\n` },
      /T1_age_gender_evaluation\.csv row 2, Radiological Evaluation: .*expected 1 \(mild\), .*received 4/,
    ],
    [
      'with tables that differ about a stage',
      {
        ...image,
        [table]: `${header}\n5,61,1,1\n`,
        'Metadata/T2_age_gender_evaluation.csv': `${header}\n5,61,1,2\n`,
      },
      /row 1 and T2_age_gender_evaluation\.csv row 1: the tables differ about patient-0005 \(received mild and moderate\)/,
    ],
  ];
  for (const [name, files, message] of refusals) {
    test(name, async () => {
      const place = join(folder.path, name);
      await writeTree(place, files);
      await assert.rejects(readDataset(place, defaults), { message });
    });
  }
});

async function prepare(source: string, out: string, ...options: string[]) {
  const instructions = ['--preprocessing', join(folder.path, 'how.json')];
  return hepastage('prepare', join(folder.path, source), ...instructions, '--out', join(folder.path, out), ...options); // prettier-ignore
}

async function indexOf(out: string): Promise<CohortIndex> {
  return JSON.parse(await readFile(join(folder.path, out, 'index.json'), 'utf8')) as CohortIndex;
}
