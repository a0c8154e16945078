import {
  encodeJson,
  enumName,
  type JobRecord,
  JobRecord_State,
  JobRecord_StateSchema,
  JobRecordSchema,
  Progress_StepSchema,
} from '@hepastage/proto';
import { Command, InvalidArgumentError } from 'commander';
import { isWatched, progressBar } from '../progress-bar.ts';
import { apiKeyFromEnvironment } from '../server/api-key.ts';
import { ApiClient, patienceSecondsDefault } from '../server/client.ts';
import { serverOption } from '../server/server-option.ts';

interface WatchOptions {
  readonly server: string;
  readonly patience: number;
  readonly json?: true;
}

/** `hepastage watch`: follows a job until it ends. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('follow a job until it ends; exits 1 if it did not succeed')
    .argument('<job>', 'job id')
    .addOption(serverOption())
    .option(
      '--patience <seconds>',
      'how long to try on while the server does not answer',
      parseSeconds,
      patienceSecondsDefault,
    )
    .option('--json', 'print every change of the record as a JSON line')
    .action(async (jobId: string, options: WatchOptions) => {
      const { state, stage, error } = await follow(jobId, options);
      if (options.json !== true) {
        console.log(`${enumName(JobRecord_StateSchema, state)} ${stage || (error?.message ?? '')}`.trimEnd());
      }
      process.exitCode = state === JobRecord_State.SUCCEEDED ? 0 : 1;
    });
}

/** Shows each change of the job; returns its last record. */
async function follow(jobId: string, options: WatchOptions): Promise<JobRecord> {
  const watched = isWatched(options);
  using bar = progressBar(watched, '{bar} {percentage}% {step}', 1);
  let fraction = 0;
  let last: JobRecord | undefined;
  let isTold = false;
  const onTrouble = ({ message }: Error) => {
    bar.show(fraction, { step: 'no answer, trying on' });
    if (!watched && !isTold) console.error(`${message}; trying on for ${options.patience} s`);
    isTold = true;
  };
  const records = new ApiClient(options.server, apiKeyFromEnvironment()).watch(jobId, {
    seconds: options.patience,
    onTrouble,
  });
  for await (const record of records) {
    last = record;
    isTold = false;
    fraction = record.finishedAt === undefined ? (record.progress?.fraction ?? 0) : 1;
    bar.show(fraction, { step: stepOf(record) });
    if (options.json === true) console.log(JSON.stringify(encodeJson(JobRecordSchema, record)));
  }
  // The server sends at least one record, or an error.
  return last!;
}

/** What a job is at: its step while it runs, else its state. */
function stepOf({ state, progress }: JobRecord): string {
  const step = progress?.step ?? 0;
  const name =
    state === JobRecord_State.RUNNING && step !== 0
      ? enumName(Progress_StepSchema, step)
      : enumName(JobRecord_StateSchema, state);
  return name.toLowerCase();
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= 0 && Number.isFinite(seconds)) return seconds;
  throw new InvalidArgumentError('expected a number of seconds, 0 or more');
}
