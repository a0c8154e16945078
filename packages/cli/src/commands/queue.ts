import { Command } from 'commander';
import { findJob, type FoundJob } from '../queue/find-job.ts';
import { readOverview } from '../queue/queue-overview.ts';
import { overviewLines, span } from '../queue/queue-text.ts';
import { withQueue } from '../queue/with-queue.ts';

interface Json {
  readonly json?: true;
}

/** `hepastage queue`: what waits, what is in hand, and how long that takes. It works on the service's own Redis. */
export function queueCommand(): Command {
  return new Command('queue')
    .description('look at the queues: what waits, what is in hand, how long it takes; stop and restart them')
    .option('--json', 'print as JSON')
    .action(async ({ json }: Json) => {
      const overview = await withQueue(readOverview);
      console.log(json === true ? JSON.stringify(overview) : overviewLines(overview).join('\n'));
    })
    .addCommand(showCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand());
}

function showCommand(): Command {
  return new Command('show')
    .description('where one job is: its place, its attempts, why it failed last')
    .argument('<job>', 'job id')
    .option('--json', 'print as JSON')
    .action(async (jobId: string, _options: Json, command: Command) => {
      const found = await withQueue(async (parts) => findJob(jobId, parts));
      const { json } = command.optsWithGlobals<Json>();
      console.log(json === true ? JSON.stringify(found) : jobLines(found).join('\n'));
    });
}

function pauseCommand(): Command {
  return new Command('pause')
    .description(
      'let workers take no more studies; those in hand go on, and more are accepted. A Redis that is lost forgets it',
    )
    .action(async () => withQueue(async ({ inspector }) => inspector.pause()));
}

function resumeCommand(): Command {
  return new Command('resume')
    .description('let workers take studies again')
    .action(async () => withQueue(async ({ inspector }) => inspector.resume()));
}

function jobLines(
  { jobId, tenant, state, error, ahead, finishesAt, entry }: FoundJob,
  now = new Date(),
): string[] {
  const since = (moment: Date) => span(now.getTime() - moment.getTime());
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['job', jobId],
    ['tenant', tenant],
    ['record', state === '' ? 'none: run hepastage reconcile' : `${state} ${error}`.trim()],
    ['queue', entry === undefined ? 'no entry' : `${entry.state}, for ${since(entry.at)}`],
    ['before it', ahead === undefined ? undefined : `${ahead} studies`],
    ['put off for', entry?.place?.dueMs === undefined ? undefined : span(entry.place.dueMs - now.getTime())],
    ['ends', finishesAt && `in some ${span(finishesAt.getTime() - now.getTime())}`],
    ['taken last', entry?.takenAt && `${since(entry.takenAt)} ago`],
    [
      'begun',
      entry && `${entry.begun} times, charged for ${entry.charged}, lost its worker ${entry.stalled} times`,
    ],
    ['last failure', entry?.reason || undefined],
  ];
  return facts.filter(([, fact]) => fact !== undefined).map(([name, fact]) => `${name.padEnd(14)} ${fact}`);
}
