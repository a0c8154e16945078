import { counter, type Logger, type Registry, traceFields } from '@hepastage/platform';
import type { NoticedJob, SendingEvent } from '@hepastage/webhooks';

/** One log line and the metrics of what becomes of notices. */
export function sendingRecord(
  registry: Registry,
  logger: Logger,
): (job: NoticedJob, event: SendingEvent) => void {
  const deliveries = counter(registry, 'hepastage_webhook_deliveries_total');
  const failures = counter(registry, 'hepastage_webhook_failures_total');
  const levels = {
    delivered: 'info',
    failed: 'warn',
    refused: 'warn',
    disabled: 'warn',
    'given-up': 'error',
  } as const;

  return ({ jobId, traceparent = '' }, event) => {
    if (event.kind === 'none') return;
    const named = { jobId, ...traceFields(traceparent) };
    if (event.kind === 'hindered') {
      deliveries.inc({ outcome: 'failed' });
      failures.inc({ reason: event.error.codeName });
      logger.error({ ...named, err: event.error }, 'webhook');
      return;
    }
    const { kind: outcome, ...rest } = event;
    deliveries.inc({ outcome });
    if ('reason' in event) failures.inc({ reason: event.reason });
    logger[levels[outcome]]({ ...named, outcome, ...rest }, 'webhook');
  };
}
