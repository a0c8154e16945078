import { create } from '@bufbuild/protobuf';
import {
  encodeJson,
  type JobRecord,
  JobRecordSchema,
  StudyMetadata_Priority,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { Command } from 'commander';
import { isWatched, progressBar } from '../progress-bar.ts';
import { apiKeyFromEnvironment } from '../server/api-key.ts';
import { ApiClient } from '../server/client.ts';
import { serverOption } from '../server/server-option.ts';
import type { StudyFiles } from '../study-files.ts';

type SubmitOptions = StudyFiles & {
  server: string;
  reference?: string;
  stat?: true;
  model?: string;
  t1wSeries?: string;
  t2wSeries?: string;
  json?: true;
};

const mebibyte = 2 ** 20;

/** `hepastage submit`: sends a study to a server. */
export function submitCommand(): Command {
  return new Command('submit')
    .description('send a study to a server; prints its job id')
    .option('--t1w <file>', 'T1-weighted volume, .nii or .nii.gz, or a .zip of one DICOM series')
    .option('--t2w <file>', 'T2-weighted volume, .nii or .nii.gz, or a .zip of one DICOM series')
    .option('--study <file>', 'a .zip of a whole DICOM study: its T1W and T2W series are selected')
    .option('--t1w-series <name>', 'stage this series of it as T1W: its number, or its SeriesInstanceUID')
    .option('--t2w-series <name>', 'stage this series of it as T2W')
    .option('--t1w-liver-mask <file>', 'liver mask on the T1W grid')
    .option('--t2w-liver-mask <file>', 'liver mask on the T2W grid')
    .option('--reference <text>', 'your own reference; must not identify a patient')
    .option('--stat', 'before every routine study')
    .option('--model <name>', 'model to use')
    .addOption(serverOption())
    .option('--json', 'print the job record as JSON')
    .action(async (options: SubmitOptions) => {
      const record = await submitWatched(options);
      console.log(options.json ? JSON.stringify(encodeJson(JobRecordSchema, record)) : record.jobId);
    });
}

async function submitWatched(options: SubmitOptions): Promise<JobRecord> {
  const { server, reference = '', stat, model = '' } = options;
  const priority = stat === true ? StudyMetadata_Priority.STAT : StudyMetadata_Priority.ROUTINE;
  const { t1wSeries: t1w = '', t2wSeries: t2w = '' } = options;
  const series = { t1w, t2w };
  const metadata = create(StudyMetadataSchema, { externalReference: reference, priority, model, series });
  using bar = progressBar(isWatched(options), '{bar} {percentage}% {sent}', 1);
  return await new ApiClient(server, apiKeyFromEnvironment()).submit(
    options,
    metadata,
    (sentBytes, totalBytes) =>
      bar.show(sentBytes / totalBytes, {
        sent: `${inMebibytes(sentBytes)} of ${inMebibytes(totalBytes)} MiB`,
      }),
  );
}

function inMebibytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(1);
}
