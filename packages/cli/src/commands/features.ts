import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseConfig } from '@hepastage/platform/config';
import { imageSettings } from '@hepastage/platform/settings';
import { Command, InvalidArgumentError } from 'commander';
import { Type } from 'typebox';
import { type CohortFeatures, cohortFeatures, maskedRows } from '../features/cohort-features.ts';
import { featureTable } from '../features/feature-table.ts';
import { readInputFile } from '../input-file.ts';
import { makeOutputFolder } from '../output-folder.ts';
import { parseCohort } from '../prepare/cohort.ts';
import { isWatched, progressBar } from '../progress-bar.ts';

interface Options {
  readonly out: string;
  readonly jobs: number;
  readonly json?: true;
}

/** `hepastage features`: a cohort of volumes with liver masks → a table of their radiomics features, computed by the very code that serves. */
export function featuresCommand(): Command {
  return new Command('features')
    .description('compute the radiomics features of a cohort of volumes with liver masks')
    .argument(
      '<cohort.csv>',
      'table: study,sequence,variant,image,liver_mask,stage,split and, if you like, patient,fold (paths relative to it); rows of the variant liver count',
    )
    .requiredOption('--out <features.csv>', 'where the table goes')
    .option('--jobs <n>', 'volumes worked on at once', positiveInteger, availableParallelism())
    .option('--json', 'print a JSON summary instead of text')
    .action(async (cohort: string, options: Options) => {
      const volumes = await featuresOf(resolve(cohort), options);
      await makeOutputFolder(dirname(resolve(options.out)));
      await writeFile(options.out, featureTable(volumes));
      const computed = volumes.filter(({ outcome }) => outcome.ok).length;
      const refused = refusals(volumes);
      console.log(
        options.json ? JSON.stringify({ computed, refused }) : summaryText(computed, refused, options.out),
      );
      if (computed === 0) process.exitCode = 1;
    });
}

async function featuresOf(path: string, options: Options): Promise<CohortFeatures[]> {
  const rows = maskedRows(parseCohort((await readInputFile(path)).toString('utf8'), path), path);
  using bar = progressBar(
    isWatched(options),
    '{bar} {value}/{total} volumes, {eta_formatted} left',
    rows.length,
  );
  let done = 0;
  return await cohortFeatures(rows, {
    limits: parseConfig(Type.Object(imageSettings), process.env),
    jobs: options.jobs,
    onVolume: () => bar.show(++done),
  });
}

type Refusal = ReturnType<typeof refusals>[number];

function refusals(volumes: readonly CohortFeatures[]) {
  return volumes.flatMap(({ row: { study, sequence }, outcome }) =>
    outcome.ok ? [] : [{ study, sequence, code: outcome.code, message: outcome.message }],
  );
}

function summaryText(computed: number, refused: readonly Refusal[], out: string): string {
  const lines = refused.map(
    ({ study, sequence, code, message }) => `refused ${study} ${sequence}: ${code}: ${message}`,
  );
  return [...lines, `features of ${computed} volumes in ${out}, ${refused.length} refused`].join('\n');
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('expected a whole number of at least 1');
}
