import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseConfig } from '@hepastage/platform/config';
import { imageSettings } from '@hepastage/platform/settings';
import { Command } from 'commander';
import { Type } from 'typebox';
import { type CohortFeatures, cohortFeatures, maskedRows } from '../features/cohort-features.ts';
import { featuresHeader, featuresLine } from '../features/feature-table.ts';
import { readInputFile } from '../input-file.ts';
import { makeOutputFolder } from '../output-folder.ts';
import { parseCohort } from '../prepare/cohort.ts';
import { countingBar, isWatched } from '../progress-bar.ts';
import { type Refusal, refusalLines } from '../refusal.ts';
import { wholeNumber } from '../whole-number-option.ts';
import { writeTable } from '../write-table.ts';

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
    .option('--jobs <n>', 'volumes worked on at once', wholeNumber(1), availableParallelism())
    .option('--json', 'print a JSON summary instead of text')
    .action(async (cohort: string, options: Options) => {
      const out = resolve(options.out);
      // Features of a whole cohort take hours: what can fail at once does.
      await makeOutputFolder(dirname(out));
      const volumes = await featuresOf(resolve(cohort), options);
      await writeTable(out, featuresHeader, volumes.map(featuresLine));
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
  using bar = countingBar(isWatched(options), 'volumes', rows.length);
  return await cohortFeatures(rows, {
    limits: parseConfig(Type.Object(imageSettings), process.env),
    jobs: options.jobs,
    onVolume: bar.step,
  });
}

function refusals(volumes: readonly CohortFeatures[]): Refusal[] {
  return volumes.flatMap(({ row: { study, sequence, variant }, outcome }) =>
    outcome.ok ? [] : [{ study, sequence, variant, code: outcome.code, message: outcome.message }],
  );
}

function summaryText(computed: number, refused: readonly Refusal[], out: string): string {
  const written = computed === 0 ? 'nothing written' : `features of ${computed} volumes in ${out}`;
  return [...refusalLines(refused), `${written}, ${refused.length} refused`].join('\n');
}
