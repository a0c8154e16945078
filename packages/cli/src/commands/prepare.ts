import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseConfig } from '@hepastage/platform/config';
import { imageSettings } from '@hepastage/platform/settings';
import { Command, InvalidArgumentError } from 'commander';
import { Type } from 'typebox';
import { readInputFile } from '../input-file.ts';
import { type CohortRow, parseCohort } from '../prepare/cohort.ts';
import { type CohortIndex, prepareCohort } from '../prepare/prepare-cohort.ts';
import { parsePreprocessing, type PreprocessingBySequence } from '../prepare/preprocessing-file.ts';
import { isWatched, progressBar } from '../progress-bar.ts';

interface Options {
  readonly preprocessing: string;
  readonly out: string;
  readonly jobs: number;
  readonly json?: true;
}

/** `hepastage prepare`: a cohort of NIfTI files → tensors to train on, made by the very code that serves. */
export function prepareCommand(): Command {
  return new Command('prepare')
    .description('prepare a cohort of volumes as tensors for training')
    .argument(
      '<cohort.csv>',
      'table: study,sequence,variant,image,liver_mask,stage,split (paths relative to it)',
    )
    .requiredOption('--preprocessing <file.json>', 'how to prepare: {"T1W": {…}, "T2W": {…}}')
    .requiredOption('--out <folder>', 'where index.json and tensors/ go')
    .option('--jobs <n>', 'volumes prepared at once', positiveInteger, availableParallelism())
    .option('--json', 'print a JSON summary instead of text')
    .action(async (cohort: string, options: Options) => {
      const path = resolve(cohort);
      const rows = parseCohort((await readInputFile(path)).toString('utf8'), path);
      const preprocessing = parsePreprocessing(
        (await readInputFile(options.preprocessing)).toString('utf8'),
        options.preprocessing,
      );
      const index = await prepareWatched(rows, preprocessing, options);
      console.log(options.json ? summaryJson(index) : summaryText(index, options.out));
      if (index.items.length === 0) process.exitCode = 1;
    });
}

async function prepareWatched(
  rows: readonly CohortRow[],
  preprocessing: PreprocessingBySequence,
  options: Options,
): Promise<CohortIndex> {
  const format = '{bar} {value}/{total} volumes, {eta_formatted} left';
  using bar = progressBar(isWatched(options), format, rows.length);
  let prepared = 0;
  return await prepareCohort(rows, {
    preprocessing,
    limits: parseConfig(Type.Object(imageSettings), process.env),
    out: resolve(options.out),
    jobs: options.jobs,
    onVolume: () => bar.show(++prepared),
  });
}

function summaryJson({ items, refused }: CohortIndex): string {
  return JSON.stringify({ prepared: items.length, refused });
}

function summaryText({ items, refused }: CohortIndex, out: string): string {
  const refusals = refused.map(
    ({ study, sequence, variant, code, message }) =>
      `refused ${study} ${sequence} ${variant}: ${code}: ${message}`,
  );
  return [...refusals, `${items.length} volumes prepared in ${out}, ${refused.length} refused`].join('\n');
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('expected a whole number of at least 1');
}
