import { reconcile, reconcileTimesOf, retentionMsOf, Sweeper } from '@hepastage/jobs';
import { counter, gauge } from '@hepastage/platform';
import type { ApiDeps } from '../deps.ts';

/** Reconciles in the background: what is left undone by whoever died is found and healed, and what a tenant does not keep any longer is erased. */
export function startSweeper(deps: ApiDeps): Sweeper {
  const { config, locks, logger, registry, clock } = deps;
  const lookedAt = counter(registry, 'hepastage_reconciled_jobs_total');
  const lastSuccess = gauge(registry, 'hepastage_sweep_last_success_timestamp_seconds');
  const lost = gauge(registry, 'hepastage_lost_jobs');
  // Nothing is known before the first sweep.
  lastSuccess.clear();
  lost.clear();
  const sweep = async (signal: AbortSignal) =>
    reconcile(
      {
        ...reconcileTimesOf(config),
        retentionMsOf: async (tenant) => retentionMsOf(await deps.policyOf(tenant)),
        signal,
        // As it goes: a sweep that breaks off has found something all the same.
        onLookedAt: (verdict) => lookedAt.inc({ verdict }),
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
      lost.set((report['report-lost-request'] ?? 0) + (report['report-lost-result'] ?? 0));
      lastSuccess.set(clock().getTime() / 1_000);
    },
    logger,
  });
}
