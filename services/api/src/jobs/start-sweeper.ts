import { reconcile, type ReconcileReport, reconcileTimesOf, retentionMsOf, Sweeper } from '@hepastage/jobs';
import { counter } from '@hepastage/platform';
import type { ApiDeps } from '../deps.ts';

/** Reconciles in the background: what is left undone by whoever died is found and healed, and what a tenant does not keep any longer is erased. */
export function startSweeper(deps: ApiDeps): Sweeper {
  const { config, locks, logger, registry } = deps;
  const healed = counter(registry, 'hepastage_reconciled_jobs_total');
  const sweep = async (signal: AbortSignal) =>
    reconcile(
      {
        ...reconcileTimesOf(config),
        retentionMsOf: async (tenant) => retentionMsOf(await deps.policyOf(tenant)),
        signal,
        onVerdict: ({ jobId }, verdict) => logger.warn({ jobId, verdict }, 'reconciled'),
        onError: ({ jobId }, error) => logger.error({ jobId, err: error }, 'not reconciled'),
      },
      deps,
    );
  return new Sweeper({
    locks,
    everyMs: config.sweepSeconds * 1_000,
    sweep,
    onReport: (report) => {
      for (const verdict of Object.keys(report) as (keyof ReconcileReport)[])
        healed.inc({ verdict }, report[verdict]);
    },
    logger,
  });
}
