import {
  encodeJson,
  enumName,
  JobRecord_State,
  JobRecord_StateSchema,
  JobRecordSchema,
  Progress_StepSchema,
} from '@hepastage/proto';
import { Command } from 'commander';
import { ApiClient } from '../server/client.ts';
import { defaultServer } from '../server/default-server.ts';
import { stepBar } from '../step-bar.ts';

/** `hepastage watch`: follows a job until it ends. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('follow a job until it ends; exits 1 if it did not succeed')
    .argument('<job>', 'job id')
    .option('--server <url>', 'address of the API', defaultServer)
    .option('--json', 'print every change of the record as a JSON line')
    .action(async (jobId: string, { server, json }: { server: string; json?: true }) => {
      const bar = stepBar(json !== true);
      for await (const record of new ApiClient(server).watch(jobId)) {
        const { step = 0, fraction = 0 } = record.progress ?? {};
        bar.show(enumName(Progress_StepSchema, step), record.finishedAt === undefined ? fraction : 1);
        if (json === true) console.log(JSON.stringify(encodeJson(JobRecordSchema, record)));
        if (record.finishedAt === undefined) continue;
        bar.stop();
        if (json !== true) {
          console.log(
            [enumName(JobRecord_StateSchema, record.state), record.stage || record.error?.message].join(' '),
          );
        }
        process.exitCode = record.state === JobRecord_State.SUCCEEDED ? 0 : 1;
      }
    });
}
