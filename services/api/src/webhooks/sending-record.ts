import { Counter, type Logger, type Registry } from '@hepastage/platform';
import type { SendingEvent } from '@hepastage/webhooks';

/** One log line and the metrics of what becomes of notices. */
export function sendingRecord(
  registry: Registry,
  logger: Logger,
): (jobId: string, event: SendingEvent) => void {
  const registers = [registry];
  const deliveries = new Counter({
    name: 'hepastage_webhook_deliveries_total',
    help: 'Tries of webhook notices by outcome, and notices whose tries were used up (given-up)',
    labelNames: ['outcome'],
    registers,
  });
  const failures = new Counter({
    name: 'hepastage_webhook_failures_total',
    help: 'Tries of webhook notices that did not arrive, by reason',
    labelNames: ['reason'],
    registers,
  });
  const levels = {
    delivered: 'info',
    failed: 'warn',
    refused: 'warn',
    disabled: 'warn',
    'given-up': 'error',
  } as const;
  // Seen at 0, a series can be watched for its first increase.
  for (const outcome of Object.keys(levels)) deliveries.inc({ outcome }, 0);

  return (jobId, event) => {
    if (event.kind === 'none') return;
    if (event.kind === 'hindered') {
      deliveries.inc({ outcome: 'failed' });
      failures.inc({ reason: event.error.codeName });
      logger.error({ jobId, err: event.error }, 'webhook');
      return;
    }
    const { kind: outcome, ...rest } = event;
    deliveries.inc({ outcome });
    if ('reason' in event) failures.inc({ reason: event.reason });
    logger[levels[outcome]]({ jobId, outcome, ...rest }, 'webhook');
  };
}
