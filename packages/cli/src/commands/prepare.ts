import { stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseConfig } from '@hepastage/platform/config';
import { imageSettings } from '@hepastage/platform/settings';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { Command, Option } from 'commander';
import { Type } from 'typebox';
import type { ImageLayout, Sequence } from '../dataset/layout.ts';
import { readDataset } from '../dataset/read-dataset.ts';
import type { SplitKind } from '../dataset/splits.ts';
import { readInputFile, unreadable } from '../input-file.ts';
import { makeOutputFolder } from '../output-folder.ts';
import { type CohortRow, parseCohort } from '../prepare/cohort.ts';
import { cohortCsv } from '../prepare/cohort-csv.ts';
import { type CohortIndex, prepareCohort } from '../prepare/prepare-cohort.ts';
import { parsePreprocessing } from '../prepare/preprocessing-file.ts';
import { type Summary, summaryJson, summaryText } from '../prepare/summary.ts';
import { countingBar, isWatched } from '../progress-bar.ts';
import { wholeNumber } from '../whole-number-option.ts';

interface Options {
  readonly preprocessing?: string;
  readonly out: string;
  readonly jobs: number;
  readonly splits?: SplitKind;
  readonly sequence?: Sequence;
  readonly layout?: ImageLayout;
  readonly seed?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `hepastage prepare`: a cohort of images → tensors to train on, made by the very code that serves. */
export function prepareCommand(): Command {
  return new Command('prepare')
    .description('prepare a cohort of volumes as tensors for training')
    .argument(
      '<cohort>',
      'folder of CirrMRI600+ as downloaded, or a table: study,sequence,variant,image,liver_mask,stage,split and, if you like, patient,fold (paths relative to it)',
    )
    .requiredOption(
      '--out <folder>',
      'where index.json and tensors/ go, and registry.csv and cohort.csv of a dataset',
    )
    .option('--preprocessing <file.json>', 'how to prepare: {"T1W": {…}, "T2W": {…}}')
    .option('--jobs <n>', 'volumes prepared at once', wholeNumber(1), availableParallelism())
    .addOption(
      new Option(
        '--splits <kind>',
        'of a dataset: five leak-free folds (default), or its own split of one --sequence',
      ).choices(['folds', 'official']),
    )
    .addOption(new Option('--sequence <name>', 'of a dataset: prepare this one only').choices(['T1W', 'T2W']))
    .addOption(
      new Option(
        '--layout <kind>',
        'of a dataset: volumes (default) or PNG slices, where it has both',
      ).choices(['3d', '2d']),
    )
    .option('--seed <n>', 'of a dataset: which folds (default: 1)', wholeNumber(0))
    .option(
      '--dry-run',
      'prepare nothing: say what there is and how it is split, and write registry.csv and cohort.csv of a dataset',
    )
    .option('--json', 'print a JSON summary instead of text')
    .action(prepareSource);
}

async function prepareSource(source: string, options: Options): Promise<void> {
  if (options.preprocessing === undefined && !options.dryRun) {
    throw misused('--preprocessing is missing', 'say how to prepare, or only look with --dry-run');
  }
  const found = await rowsOf(resolve(source), options);
  const index = options.dryRun
    ? undefined
    : await prepareWatched(found.rows, options.preprocessing!, options);
  const summary = { ...found, index };
  console.log(options.json ? summaryJson(summary) : summaryText(summary, options.out));
  if (index?.items.length === 0) process.exitCode = 1;
}

async function rowsOf(path: string, options: Options): Promise<Omit<Summary, 'index'>> {
  const facts = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const { splits, sequence, layout, seed } = options;
  if (!facts.isDirectory()) {
    if ([splits, sequence, layout, seed].some((value) => value !== undefined)) {
      throw misused('--splits, --sequence, --layout and --seed are for a dataset', 'let the table say it, by its rows and its column fold'); // prettier-ignore
    }
    return { rows: parseCohort((await readInputFile(path)).toString('utf8'), path) };
  }
  const { cohort, report, registryCsv } = await readDataset(path, { splits: splits ?? 'folds', sequence, layout, seed: seed ?? 1 }); // prettier-ignore
  const out = resolve(options.out);
  await makeOutputFolder(out);
  await writeFile(join(out, 'registry.csv'), registryCsv);
  await writeFile(join(out, 'cohort.csv'), cohortCsv(cohort, out));
  return { rows: cohort, dataset: report };
}

async function prepareWatched(
  rows: readonly CohortRow[],
  preprocessingPath: string,
  options: Options,
): Promise<CohortIndex> {
  const text = (await readInputFile(preprocessingPath)).toString('utf8');
  const preprocessing = parsePreprocessing(text, preprocessingPath);
  using bar = countingBar(isWatched(options), 'volumes', rows.length);
  return await prepareCohort(rows, {
    preprocessing,
    limits: parseConfig(Type.Object(imageSettings), process.env),
    out: resolve(options.out),
    jobs: options.jobs,
    onVolume: bar.step,
  });
}

function misused(what: string, action: string): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, { what, action });
}
