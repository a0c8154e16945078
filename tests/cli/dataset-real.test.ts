import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DatasetReport } from '../../packages/cli/src/dataset/dataset-report.ts';
import { type DatasetOptions, readDataset } from '../../packages/cli/src/dataset/read-dataset.ts';
import type { CohortIndex } from '../../packages/cli/src/prepare/prepare-cohort.ts';
import { hepastage } from '../helpers/command.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/temporary-directory.ts';
import { sharedFile, skipWithoutSharedData } from '../imaging/shared-data.ts';
import { tinyVolume, writeTree } from './miniature-dataset.ts';

const defaults: DatasetOptions = { splits: 'folds', sequence: undefined, layout: undefined, seed: 1 };
const how = {
  spacingMm: 4,
  height: 64,
  width: 80,
  slices: 6,
  minSliceSpacingMm: 3,
  liverMarginMm: 25,
  lowerPercentile: 1,
  upperPercentile: 99,
};

describe('CirrMRI600+ with its real tables', { skip: skipWithoutSharedData }, () => {
  let folder: TemporaryDirectory;
  before(async () => {
    folder = await temporaryDirectory('dataset-real');
    await copyTables(join(folder.path, 'all'));
    // Every listed volume where the official split has it: the places are real, the voxels are not.
    const volumes = [...(await officialPlaces('t1w')), ...(await officialPlaces('t2w'))];
    assert.equal(volumes.length, 628);
    await writeTree(join(folder.path, 'all'), Object.fromEntries(volumes.map((path) => [path, tinyVolume])));
  });
  after(async () => folder[Symbol.asyncDispose]());

  test('all patients are registered with what they have, and the seven leaks of the official splits', async () => {
    const { report, registryCsv } = await readDataset(join(folder.path, 'all'), defaults);
    assert.deepEqual([report.patients, report.healthy], [337, 55]);
    const patients = report.counts.filter(({ stage }) => stage !== 'healthy');
    const having = (availability: string): number => sum(patients.filter((of) => of.availability === availability)); // prettier-ignore
    assert.deepEqual([having('T1W only'), having('T2W only'), having('both')], [19, 27, 291]);
    assert.deepEqual(
      report.leaks.map(({ patient, T1W, T2W }) => `${patient} ${T1W} ${T2W}`),
      [
        'patient-0047 valid train',
        'patient-0056 test valid',
        'patient-0393 train valid',
        'patient-0460 valid train',
        'patient-0463 valid train',
        'patient-0464 valid train',
        'patient-0471 valid train',
      ],
    );
    const names = registryCsv.trim().split('\n').slice(1).map((line) => line.split(',')[0]); // prettier-ignore
    assert.equal(new Set(names).size, 337 + 55);
    assert.equal(names.length, 337 + 55);
  });

  test('folds hold their share of each stratum within one, and a patient is in one of them', async () => {
    const { registryCsv, cohort } = await readDataset(join(folder.path, 'all'), defaults);
    const rows = registryCsv.trim().split('\n').slice(1).map((line) => line.split(',')); // prettier-ignore
    const strata = Map.groupBy(rows, (cells) => `${cells[3]} ${cells[6]}`);
    assert.equal(strata.size, 10, 'three stages by three availabilities, and healthy subjects');
    for (const [stratum, members] of strata) {
      const sizes = [0, 1, 2, 3, 4].map((fold) => members.filter((cells) => Number(cells[10]) === fold).length); // prettier-ignore
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, `${stratum}: ${sizes.join(', ')}`);
    }
    assert.equal(cohort.length, 628);
    for (const [patient, volumes] of Map.groupBy(cohort, (row) => row.patient!)) {
      assert.equal(new Set(volumes.map(({ fold }) => fold)).size, 1, patient);
      assert.equal(new Set(volumes.map(({ split }) => split)).size, 1, patient);
    }
  });

  test('folds are the same where only one zip is downloaded', async () => {
    const { cohort } = await readDataset(join(folder.path, 'all'), defaults);
    await copyTables(join(folder.path, 'half'));
    const half = (await officialPlaces('t2w')).slice(100);
    await writeTree(join(folder.path, 'half'), Object.fromEntries(half.map((path) => [path, tinyVolume])));
    const { cohort: some, report } = await readDataset(join(folder.path, 'half'), defaults);
    const foldOf = new Map(cohort.map(({ study, fold }) => [study, fold]));
    assert.equal(some.length, 218);
    for (const { study, fold } of some) assert.equal(fold, foldOf.get(study), study);
    const missing = report.findings.find(({ what }) => what === 'listed in a table, without an image');
    assert.equal(missing?.names.length, 100);
  });

  test('the official splits are refused together, with the patients who leak', async () => {
    await assert.rejects(readDataset(join(folder.path, 'all'), { ...defaults, splits: 'official' }), {
      message:
        /leak.*patient-0047.*patient-0056.*patient-0393.*patient-0460.*patient-0463.*patient-0464.*patient-0471/,
    });
    const { report } = await readDataset(join(folder.path, 'all'), { ...defaults, splits: 'official', sequence: 'T1W' }); // prettier-ignore
    assert.equal(sum(report.splits.filter(({ stage }) => stage !== 'healthy')), 310);
  });

  test('a dry run of it all reads no voxel and writes the registry', async () => {
    const { exitCode, stdout, stderr } = await hepastage('prepare', join(folder.path, 'all'), '--out', join(folder.path, 'dry'), '--dry-run', '--json'); // prettier-ignore
    assert.equal(exitCode, 0, stderr);
    const { volumes, dataset } = JSON.parse(stdout) as { volumes: number; dataset: DatasetReport };
    assert.equal(volumes, 628);
    assert.equal(dataset.leaks.length, 7);
    assert.deepEqual((await readdir(join(folder.path, 'dry'))).sort(), ['cohort.csv', 'registry.csv']);
  });

  test('the two volumes of real patients are prepared through that layout', async () => {
    const place = join(folder.path, 'two');
    await copyTables(place);
    for (const [t, split, id, name] of [
      [1, 'valid', 5, 't1w-patient005-mild'],
      [2, 'train', 3, 't2w-patient003-severe'],
    ] as const) {
      for (const [kind, file] of [
        ['images', name],
        ['masks', `${name}.liver`],
      ] as const) {
        const to = join(place, `Cirrhosis_T${t}_3D`, `Cirrhosis_T${t}_3D`, `${split}_${kind}`);
        await mkdir(to, { recursive: true });
        await copyFile(sharedFile(`cirrmri600plus/volumes/${file}.nii.gz`), join(to, `${id}.nii.gz`));
      }
    }
    await writeFile(join(place, 'how.json'), JSON.stringify({ T1W: how, T2W: how }));
    const out = join(folder.path, 'prepared');
    const { exitCode, stderr } = await hepastage('prepare', place, '--preprocessing', join(place, 'how.json'), '--out', out); // prettier-ignore
    assert.equal(exitCode, 0, stderr);
    const { items, refused } = JSON.parse(await readFile(join(out, 'index.json'), 'utf8')) as CohortIndex;
    assert.deepEqual(refused, []);
    assert.deepEqual(
      items.map(({ study, sequence, variant, stage, slices }) => [study, sequence, variant, stage, slices]),
      [
        ['patient-0003', 'T2W', 'body', 'severe', 6],
        ['patient-0003', 'T2W', 'liver', 'severe', 6],
        ['patient-0005', 'T1W', 'body', 'mild', 6],
        ['patient-0005', 'T1W', 'liver', 'mild', 6],
      ],
    );

    // And the cohort that was found goes through the served pipeline and the radiomics features.
    const cohort = join(out, 'cohort.csv');
    const predictions = join(folder.path, 'predictions.csv');
    const evaluated = await hepastage('evaluate', cohort, '--out', predictions, '--json');
    assert.equal(evaluated.exitCode, 0, evaluated.stderr);
    const studies = (await readFile(predictions, 'utf8')).trim().split('\n').slice(1);
    assert.deepEqual(
      [...new Set(studies.map((row) => row.split(',').slice(1, 3).join()))],
      ['patient-0003,severe', 'patient-0005,mild'],
    );
    const features = await hepastage(
      'features',
      cohort,
      '--out',
      join(folder.path, 'features.csv'),
      '--json',
    );
    assert.deepEqual(JSON.parse(features.stdout), { computed: 2, refused: [] });
  });
});

async function copyTables(to: string): Promise<void> {
  const from = sharedFile('cirrmri600plus/metadata');
  await mkdir(join(to, 'Metadata'), { recursive: true });
  for (const name of await readdir(from)) await copyFile(join(from, name), join(to, 'Metadata', name));
}

/** Where the dataset keeps each volume of a sequence, after the official split that the feature tables name. */
async function officialPlaces(sequence: 't1w' | 't2w'): Promise<string[]> {
  const table = await readFile(sharedFile(`cirrmri600plus/radiomics/${sequence}.csv`), 'utf8');
  const rows = table.trim().split('\n').slice(1).map((line) => line.split(',')); // prettier-ignore
  return rows.map(([id, , , , split]) => `Cirrhosis_T${sequence[1]}_3D/${split}_images/${id}.nii.gz`);
}

function sum(counts: readonly { subjects: number }[]): number {
  return counts.reduce((total, { subjects }) => total + subjects, 0);
}
