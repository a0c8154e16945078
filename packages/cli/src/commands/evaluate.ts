import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseConfig } from '@hepastage/platform/config';
import { imageSettings } from '@hepastage/platform/settings';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import {
  type ExecutionProvider,
  ImagingPool,
  loadModelPackage,
  packageOfKind,
  StagingModel,
} from '@hepastage/staging';
import { Command, Option } from 'commander';
import { Type } from 'typebox';
import { defaultModel } from '../default-model.ts';
import { assertSequences, type CohortStudy, studiesOf } from '../evaluate/cohort-studies.ts';
import { type Evaluation, evaluateCohort } from '../evaluate/evaluate-cohort.ts';
import { readInputFile } from '../input-file.ts';
import { modelOptions } from '../model-options.ts';
import { makeOutputFolder } from '../output-folder.ts';
import { type CohortRow, parseCohort } from '../prepare/cohort.ts';
import { countingBar, isWatched } from '../progress-bar.ts';
import { providersOption } from '../providers-option.ts';
import { refusalLines } from '../refusal.ts';
import { wholeNumber } from '../whole-number-option.ts';

interface Options {
  readonly model: string;
  readonly out: string;
  readonly split?: string;
  readonly variant: 'body' | 'liver' | 'both';
  readonly jobs: number;
  readonly providers: ExecutionProvider[];
  readonly json?: true;
}

/** `hepastage evaluate`: a cohort through the very steps that serve it → the table that figures are measured on. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('stage a cohort as the service would, and write down every probability')
    .argument(
      '<cohort.csv>',
      'table: study,sequence,variant,image,liver_mask,stage,split (paths relative to it), patient and fold where they are known',
    )
    .option('--model <folder>', 'model package', defaultModel)
    .requiredOption('--out <file.csv>', 'where the predictions go: a row a study and input, and one a slice')
    .option('--split <name>', 'only the volumes of this split')
    .addOption(
      new Option('--variant <name>', 'only volumes that are prepared like this')
        .choices(['body', 'liver', 'both'])
        .default('both'),
    )
    .option('--jobs <n>', 'studies staged at once', wholeNumber(1), availableParallelism())
    .addOption(providersOption())
    .option('--json', 'print a JSON summary instead of text')
    .action(evaluate);
}

async function evaluate(cohort: string, options: Options): Promise<void> {
  const path = resolve(cohort);
  const rows = chosenOf(parseCohort((await readInputFile(path)).toString('utf8'), path), path, options);
  await makeOutputFolder(dirname(resolve(options.out)));
  await using opened = new AsyncDisposableStack();
  const modelPackage = packageOfKind(await loadModelPackage(options.model), 'DEEP');
  assertSequences(rows, modelPackage.manifest, path);
  const model = await StagingModel.start(modelPackage, modelOptions(options.providers));
  opened.defer(async () => model.stop());
  // Healthy subjects are in cohorts too, and no stage is right for them.
  const { staged = [], other = [] } = Object.groupBy(studiesOf(rows), ({ stage }) =>
    model.manifest.stages.includes(stage) ? 'staged' : 'other',
  );
  const evaluation = await evaluateWatched(staged, model, options);
  const summary = { ...evaluation, leftOut: new Set(other.map(({ study }) => study)).size };
  console.log(options.json ? summaryJson(summary, model) : summaryText(summary, model, options.out));
  if (evaluation.rows === 0) process.exitCode = 1;
}

function chosenOf(
  rows: readonly CohortRow[],
  path: string,
  { split, variant }: Pick<Options, 'split' | 'variant'>,
): CohortRow[] {
  const chosen = rows.filter(
    (row) => (split === undefined || row.split === split) && (variant === 'both' || row.variant === variant),
  );
  if (chosen.length > 0) return chosen;
  throw new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the cohort has no volume of that split and variant',
    where: path,
    expected: [...new Set(rows.map((row) => `${row.split} ${row.variant}`))].join(', '),
    received: `${split ?? 'any split'} ${variant}`,
    action: 'choose another split or variant',
  });
}

async function evaluateWatched(
  studies: readonly CohortStudy[],
  model: StagingModel,
  options: Options,
): Promise<Evaluation> {
  const imaging = new ImagingPool(options.jobs);
  using bar = countingBar(isWatched(options), 'studies', studies.length);
  try {
    return await evaluateCohort(studies, {
      model,
      imaging,
      limits: parseConfig(Type.Object(imageSettings), process.env),
      out: resolve(options.out),
      jobs: options.jobs,
      onStudy: bar.step,
    });
  } finally {
    await imaging.close();
  }
}

type Summary = Evaluation & {
  /** Studies whose stage is none of the model's. */
  readonly leftOut: number;
};

function summaryJson(summary: Summary, model: StagingModel): string {
  const { name, version } = model.manifest;
  return JSON.stringify({
    model: { name, version, sha256: model.sha256, precision: model.precision },
    ...summary,
  });
}

function summaryText({ studies, rows, refused, leftOut }: Summary, model: StagingModel, out: string): string {
  const others = leftOut === 0 ? [] : [`${leftOut} studies left out, whose stage is none of the model's`];
  const staged = `${studies} studies staged by ${model.name} (${model.precision}, ${model.provider.used})`;
  const written = rows === 0 ? 'nothing written' : `${rows} rows in ${out}`;
  return [
    ...refusalLines(refused),
    ...others,
    `${staged}, ${refused.length} volumes refused: ${written}`,
  ].join('\n');
}
