import { Command } from 'commander';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { encodeJson, enumName, Progress_StepSchema, StagingResultSchema } from '@hepastage/proto';
import { parseConfig } from '@hepastage/platform/config';
import { imageSettings } from '@hepastage/platform/settings';
import {
  type ExecutionProvider,
  executionProviders,
  ImagingPool,
  loadModelPackage,
  StagingModel,
  stageStudy,
} from '@hepastage/staging';
import { Type } from 'typebox';
import { defaultModel } from '../default-model.ts';
import { printResult } from '../print-result.ts';
import { stepBar } from '../step-bar.ts';
import { requestOfFiles, type StudyFiles } from '../study-files.ts';

type StageOptions = StudyFiles & { out: string; model: string; providers: string; json?: true };

/** `hepastage stage`: a study's whole way in this process, without a server. */
export function stageCommand(): Command {
  return new Command('stage')
    .description('stage a study on this machine, without a server')
    .option('--t1w <file>', 'T1-weighted volume, .nii or .nii.gz')
    .option('--t2w <file>', 'T2-weighted volume, .nii or .nii.gz')
    .option('--t1w-liver-mask <file>', 'liver mask on the T1W grid')
    .option('--t2w-liver-mask <file>', 'liver mask on the T2W grid')
    .option('--out <folder>', 'where result.json and the artefacts go', 'hepastage-result')
    .option('--model <folder>', 'model package', defaultModel)
    .option(
      '--providers <list>',
      `execution providers in order of preference: ${executionProviders.join(', ')}`,
      'cpu',
    )
    .option('--json', 'print the result as one JSON document')
    .action(stage);
}

async function stage(options: StageOptions): Promise<void> {
  const request = await requestOfFiles(randomUUID(), options);
  await mkdir(options.out, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const imaging = new ImagingPool(Math.min(2, availableParallelism()));
  opened.defer(async () => imaging.close());
  const model = await StagingModel.start(await loadModelPackage(options.model), {
    providers: options.providers.split(',') as ExecutionProvider[],
    threads: 0,
    batch: { slicesMax: 32, delayMsMax: 0 },
  });
  opened.defer(async () => model.stop());
  const bar = stepBar(options.json !== true);
  opened.defer(() => bar.stop());

  const { result } = await stageStudy(request, {
    model,
    imaging,
    limits: parseConfig(Type.Object(imageSettings), process.env),
    source: { read: async ({ key }) => readFile(key) },
    sink: {
      writeArtefact: async (name, bytes) => writeFile(join(options.out, basename(name)), bytes),
      writeResult: async (json) => writeFile(join(options.out, 'result.json'), json),
    },
    software: 'hepastage stage',
    onStep: async ({ step, fraction }) => bar.show(enumName(Progress_StepSchema, step), fraction),
  });
  bar.stop();
  if (options.json === true) console.log(JSON.stringify(encodeJson(StagingResultSchema, result)));
  else printResult(result, options.out);
}
