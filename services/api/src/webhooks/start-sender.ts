import { AuditLog, PolicyStore } from '@hepastage/access';
import { NoticeSender } from '@hepastage/webhooks';
import type { ApiDeps } from '../deps.ts';
import { sendingRecord } from './sending-record.ts';
import { recordSending } from './sending-span.ts';

/** The API sends the notices of all jobs: it is always there, where workers come and go. */
export async function startSender({
  config,
  logger,
  registry,
  status,
  store,
  tracer,
}: Pick<ApiDeps, 'config' | 'logger' | 'registry' | 'status' | 'store' | 'tracer'>): Promise<NoticeSender> {
  // Read each time, and never guessed: where the store is away, the notice waits.
  const policies = new PolicyStore(store, new AuditLog(store));
  const record = sendingRecord(registry, logger);
  return NoticeSender.start({
    ...config,
    logger,
    status,
    targetOf: async (tenant) => (await policies.get(tenant)).webhook,
    keys: config.webhookKey ?? [],
    allowedTargets: config.webhookAllowedTargets,
    retrySeconds: config.webhookRetrySeconds,
    onEvent: (job, event, begun) => {
      record(job, event);
      recordSending(job, event, { begun, tracer });
    },
  });
}
