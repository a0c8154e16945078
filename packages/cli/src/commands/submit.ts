import { create } from '@bufbuild/protobuf';
import { encodeJson, JobRecordSchema, StudyMetadata_Priority, StudyMetadataSchema } from '@hepastage/proto';
import { Command } from 'commander';
import { ApiClient } from '../server/client.ts';
import { defaultServer } from '../server/default-server.ts';
import type { StudyFiles } from '../study-files.ts';

type SubmitOptions = StudyFiles & {
  server: string;
  reference?: string;
  stat?: true;
  model?: string;
  json?: true;
};

/** `hepastage submit`: sends a study to a server. */
export function submitCommand(): Command {
  return new Command('submit')
    .description('send a study to a server; prints its job id')
    .option('--t1w <file>', 'T1-weighted volume, .nii or .nii.gz')
    .option('--t2w <file>', 'T2-weighted volume, .nii or .nii.gz')
    .option('--t1w-liver-mask <file>', 'liver mask on the T1W grid')
    .option('--t2w-liver-mask <file>', 'liver mask on the T2W grid')
    .option('--reference <text>', 'your own reference; must not identify a patient')
    .option('--stat', 'before every routine study')
    .option('--model <name>', 'model to use')
    .option('--server <url>', 'address of the API', defaultServer)
    .option('--json', 'print the job record as JSON')
    .action(async ({ server, reference, stat, model, json, ...files }: SubmitOptions) => {
      const metadata = create(StudyMetadataSchema, {
        externalReference: reference ?? '',
        priority: stat === true ? StudyMetadata_Priority.STAT : StudyMetadata_Priority.ROUTINE,
        model: model ?? '',
      });
      const record = await new ApiClient(server).submit(files, metadata);
      console.log(json === true ? JSON.stringify(encodeJson(JobRecordSchema, record)) : record.jobId);
    });
}
