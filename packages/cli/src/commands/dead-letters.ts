import { type JobName, replayJob, type ReplayDeps } from '@hepastage/jobs';
import { enumValue, ErrorCode, ErrorCodeSchema, HepastageError } from '@hepastage/proto';
import { Command, InvalidArgumentError } from 'commander';
import { type DeadLetter, deadLetters } from '../dead-letters/dead-letters.ts';
import { withService } from '../service/with-service.ts';
import { textTable } from '../inspect/text-table.ts';
import { sentenceOf } from '../report-error.ts';

interface Json {
  readonly json?: true;
}

interface ReplayOptions extends Json {
  readonly tenant?: string;
  readonly all?: true;
  readonly code?: string;
}

/** What came of a replay: the new job, or why there is none. */
type Replayed = JobName & ({ readonly replay: string } | { readonly error: HepastageError });

const defaultTenant = 'default';

/** `hepastage dead-letters`: jobs that failed through no fault of their studies. It works on the service's own Redis and object store. */
export function deadLettersCommand(): Command {
  return new Command('dead-letters')
    .description('look at the jobs that failed through no fault of their studies, and stage them once more')
    .addCommand(listCommand())
    .addCommand(replayCommand());
}

function listCommand(): Command {
  return new Command('list')
    .description('print them, newest first')
    .option('--tenant <name>', 'of one tenant')
    .option('--json', 'print as JSON')
    .action(async ({ tenant, json }: Json & { tenant?: string }) => {
      const letters = await withService(async (stores) => deadLetters(stores, tenant));
      if (json === true) console.log(JSON.stringify(letters));
      else console.log(linesOf(letters).join('\n'));
    });
}

function replayCommand(): Command {
  return new Command('replay')
    .description('stage them once more, each as a new job of the same inputs; prints old → new')
    .argument('[job]', 'job id')
    .option('--tenant <name>', `whose it is (default: ${defaultTenant}); with --all: of one tenant`)
    .option('--all', 'all that were not replayed yet')
    .option('--code <code>', 'with --all: those that failed with this error code', errorCode)
    .option('--json', 'print as JSON')
    .action(async (jobId: string | undefined, { tenant, all, code, json }: ReplayOptions) => {
      if ((jobId === undefined) !== (all === true) || (code !== undefined && all !== true)) throw misused();
      if (jobId === undefined) {
        report(await withService(async (stores) => replayAll(stores, { tenant, code })), json);
      } else {
        const job = { tenant: tenant ?? defaultTenant, jobId };
        report([{ ...job, replay: await withService(async (stores) => replayJob(job, stores)) }], json);
      }
    });
}

/** One that can't be replayed keeps none of the others. */
async function replayAll(
  stores: ReplayDeps,
  { tenant, code }: { tenant: string | undefined; code: string | undefined },
): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  for (const letter of await deadLetters(stores, tenant)) {
    if (letter.replay !== undefined || (code !== undefined && letter.code !== code)) continue;
    const job = { tenant: letter.tenant, jobId: letter.jobId };
    try {
      replayed.push({ ...job, replay: await replayJob(job, stores) });
    } catch (error) {
      replayed.push({ ...job, error: HepastageError.from(error) });
    }
  }
  return replayed;
}

function report(replayed: readonly Replayed[], json: true | undefined): void {
  if (replayed.some((one) => 'error' in one)) process.exitCode = 1;
  if (json === true) {
    const shown = replayed.map((one) =>
      'error' in one ? { ...one, error: { code: one.error.codeName, message: one.error.message } } : one,
    );
    console.log(JSON.stringify(shown));
    return;
  }
  for (const one of replayed) {
    if ('error' in one) console.error(`${one.jobId}: ${sentenceOf(one.error)}`);
    else console.log(`${one.jobId} → ${one.replay}`);
  }
}

/** Messages are for reading whole: they stand outside of the table, which cuts. */
function linesOf(letters: readonly DeadLetter[]): string[] {
  const rows = letters.map(({ jobId, tenant, code, attempts, at, replay }) => [
    jobId,
    tenant,
    code,
    String(attempts),
    `${at.toISOString().slice(0, 19)}Z`,
    replay ?? '-',
  ]);
  const lines = textTable([['job', 'tenant', 'code', 'attempts', 'failed at', 'replayed as'], ...rows]);
  return lines.flatMap((line, row) => (row === 0 ? [line] : [line, `  ${letters[row - 1]?.message}`]));
}

function errorCode(text: string): string {
  if (enumValue(ErrorCodeSchema, text)) return text;
  throw new InvalidArgumentError('expected an error code, e.g. STORE_UNAVAILABLE');
}

function misused(): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'it takes a job id, or --all, and not both; --code goes with --all',
    action: 'see --help',
  });
}
