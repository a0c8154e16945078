import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { encodeJson, StagingResultSchema } from '@hepastage/proto';
import { Command } from 'commander';
import { makeOutputFolder } from '../output-folder.ts';
import { printResult } from '../print-result.ts';
import { apiKeyFromEnvironment } from '../server/api-key.ts';
import { ApiClient } from '../server/client.ts';
import { serverOption } from '../server/server-option.ts';

/** `hepastage result`: fetches a job's result and, if wished, its artefacts. */
export function resultCommand(): Command {
  return new Command('result')
    .description('fetch the result of a job')
    .argument('<job>', 'job id')
    .option('--out <folder>', 'also fetch result.json and the artefacts into this folder')
    .addOption(serverOption())
    .option('--json', 'print the result as JSON')
    .action(async (jobId: string, { server, out, json }: { server: string; out?: string; json?: true }) => {
      const client = new ApiClient(server, apiKeyFromEnvironment());
      const result = await client.result(jobId);
      const canonical = JSON.stringify(encodeJson(StagingResultSchema, result));
      if (out !== undefined) {
        await makeOutputFolder(out);
        await writeFile(join(out, 'result.json'), canonical);
        for (const { name } of result.artefacts) {
          await writeFile(join(out, basename(name)), await client.artefact(jobId, name));
        }
      }
      if (json === true) console.log(canonical);
      else
        printResult(result, ({ name }) =>
          out === undefined ? `${server}/v1/jobs/${jobId}/artefacts/${name}` : join(out, name),
        );
    });
}
