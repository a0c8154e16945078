import { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import {
  encodeJson,
  enumName,
  Progress_StepSchema,
  type StagingResult,
  StagingResultSchema,
} from '@hepastage/proto';
import { parseConfig } from '@hepastage/platform/config';
import {
  type ExecutionProvider,
  ImagingPool,
  loadModelPackage,
  StagingModel,
  stageStudy,
  startOpinionModels,
} from '@hepastage/staging';
import { defaultModel, defaultOpinionModels } from '../default-model.ts';
import { modelOptions } from '../model-options.ts';
import { makeOutputFolder } from '../output-folder.ts';
import { printResult } from '../print-result.ts';
import { isWatched, progressBar } from '../progress-bar.ts';
import { providersOption } from '../providers-option.ts';
import { openRequest } from '../study/open-request.ts';
import { localStudySettings } from '../study/study-settings.ts';
import type { StudyFiles } from '../study-files.ts';

type StageOptions = StudyFiles & {
  t1wSeries?: string;
  t2wSeries?: string;
  out: string;
  model: string;
  /** False: none. */
  opinionModel: string[] | false;
  providers: ExecutionProvider[];
  json?: true;
};

/** `hepastage stage`: a study's whole way in this process, without a server. */
export function stageCommand(): Command {
  return new Command('stage')
    .description('stage a study on this machine, without a server')
    .option(
      '--t1w <path>',
      'T1-weighted volume: .nii or .nii.gz, or a folder, a .zip or a file of one DICOM series',
    )
    .option('--t2w <path>', 'T2-weighted volume, likewise')
    .option(
      '--study <path>',
      'a folder or a .zip of a whole DICOM study: its T1W and T2W series are selected',
    )
    .option('--t1w-series <name>', 'stage this series of it as T1W: its number, or its SeriesInstanceUID')
    .option('--t2w-series <name>', 'stage this series of it as T2W')
    .option('--t1w-liver-mask <file>', 'liver mask on the T1W grid')
    .option('--t2w-liver-mask <file>', 'liver mask on the T2W grid')
    .option('--out <folder>', 'where result.json and the artefacts go', 'hepastage-result')
    .option('--model <folder>', 'model package', defaultModel)
    .option(
      '--opinion-model <folder...>',
      'RADIOMICS packages that give second opinions where there is a liver mask',
      defaultOpinionModels,
    )
    .option('--no-opinion-model', 'no second opinions')
    .addOption(providersOption())
    .option('--json', 'print the result as one JSON document')
    .action(stage);
}

async function stage(options: StageOptions): Promise<void> {
  const result = await stageHere(options);
  if (options.json === true) console.log(JSON.stringify(encodeJson(StagingResultSchema, result)));
  else printResult(result, ({ name }) => join(options.out, name));
}

async function stageHere(options: StageOptions): Promise<StagingResult> {
  const settings = parseConfig(localStudySettings, process.env);
  const { t1wSeries: t1w = '', t2wSeries: t2w = '' } = options;
  await using opened = new AsyncDisposableStack();
  const { request, source } = opened.use(await openRequest(randomUUID(), options, { t1w, t2w }, settings));
  await makeOutputFolder(options.out);
  const imaging = new ImagingPool(Math.min(2, availableParallelism()));
  opened.defer(async () => imaging.close());
  const modelPackage = await loadModelPackage(options.model);
  const model = await StagingModel.start(modelPackage, modelOptions(options.providers));
  opened.defer(async () => model.stop());
  const opinions = opened.use(await startOpinionModels(options.opinionModel || []));
  using bar = progressBar(isWatched(options), '{bar} {percentage}% {step}', 1);

  const { result } = await stageStudy(request, {
    model,
    opinionModels: opinions.models,
    imaging,
    limits: settings,
    source,
    sink: {
      writeArtefact: async ({ name }, bytes) => writeFile(join(options.out, basename(name)), bytes),
      writeResult: async (json) => writeFile(join(options.out, 'result.json'), json),
    },
    software: 'hepastage stage',
    onStep: async ({ step, fraction }) =>
      bar.show(fraction, { step: enumName(Progress_StepSchema, step).toLowerCase() }),
  });
  return result;
}
