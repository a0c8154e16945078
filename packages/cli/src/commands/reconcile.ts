import { PolicyStore } from '@hepastage/access';
import { reconcile, type ReconcileReport, reconcileTimesOf, retentionMsOf } from '@hepastage/jobs';
import { Command } from 'commander';
import { sentenceOf } from '../report-error.ts';
import { operatorConfig } from '../service/operator-config.ts';
import { withService } from '../service/with-service.ts';
import { wholeNumber } from '../whole-number-option.ts';

interface Options {
  readonly orphanSeconds?: number;
  readonly quietSeconds?: number;
  readonly json?: true;
}

/** `hepastage reconcile`: makes status store and queue agree with the object store, on the service's own Redis and object store. */
export function reconcileCommand(): Command {
  return new Command('reconcile')
    .description(
      'rebuild status store and queue from the object store, after a loss of Redis or at any time; exits 1 if something could not be healed',
    )
    .option(
      '--orphan-seconds <seconds>',
      'erase objects that belong to no study after so long, in place of HEPASTAGE_ORPHAN_SECONDS',
      wholeNumber(0),
    )
    .option(
      '--quiet-seconds <seconds>',
      'take a DICOMweb study to be complete after so long, in place of HEPASTAGE_QUIET_MS',
      wholeNumber(0),
    )
    .option('--json', 'print the counts as JSON')
    .action(async (options: Options) => {
      const report = await reconcileAll(options);
      console.log(options.json === true ? JSON.stringify(report) : linesOf(report).join('\n'));
      const isHealed = Object.keys(report).every((verdict) => !/^(failed|report-)/.test(verdict));
      process.exitCode = isHealed ? 0 : 1;
    });
}

async function reconcileAll({ orphanSeconds, quietSeconds, json }: Options): Promise<ReconcileReport> {
  const tell = (line: string) => {
    if (json !== true) console.log(line);
  };
  const config = operatorConfig();
  const times = reconcileTimesOf(config);
  return withService(async (stores) => {
    const policies = new PolicyStore(stores.store, stores.audit);
    return reconcile(
      {
        orphanMs: orphanSeconds === undefined ? times.orphanMs : orphanSeconds * 1_000,
        quietMs: quietSeconds === undefined ? times.quietMs : quietSeconds * 1_000,
        retentionMsOf: async (tenant) => retentionMsOf(await policies.get(tenant)),
        onVerdict: ({ tenant, jobId }, verdict) => tell(`${tenant} ${jobId} ${verdict}`),
        onError: ({ tenant, jobId }, error) => console.error(`${tenant} ${jobId} ${sentenceOf(error)}`),
      },
      {
        ...stores,
        config,
        clock: () => new Date(),
        onEnded: async (job) => stores.notices.add(job),
      },
    );
  });
}

function linesOf(report: ReconcileReport): string[] {
  const total = Object.values(report).reduce((sum, count) => sum + count, 0);
  const counts = Object.entries(report).map(([verdict, count]) => `${count} ${verdict}`);
  return [`${total} jobs: ${counts.join(', ') || 'none'}`];
}
