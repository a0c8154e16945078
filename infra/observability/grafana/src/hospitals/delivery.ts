import type { Row } from '../dashboard.ts';
import { hourlyBy } from '../queries.ts';

/** Whether what came out arrives, and what the sweep had to heal. */
export const delivery: Row = {
  title: 'Delivery',
  panels: [
    {
      kind: 'timeseries',
      title: 'Webhook notices, in an hour',
      description: 'Every try. failed is tried again; refused, disabled and given-up are not.',
      unit: 'short',
      queries: [{ expr: hourlyBy('outcome', 'hepastage_webhook_deliveries_total'), legend: '{{outcome}}' }],
      width: 6,
      runbooks: ['hepastagewebhooksfail', 'hepastagewebhooksgivenup'],
    },
    {
      kind: 'timeseries',
      title: 'Why notices do not arrive, in an hour',
      description: 'By what the target did.',
      unit: 'short',
      queries: [{ expr: hourlyBy('reason', 'hepastage_webhook_failures_total'), legend: '{{reason}}' }],
      width: 6,
      runbooks: ['hepastagewebhooksfail'],
    },
    {
      kind: 'timeseries',
      title: 'Pushes to the PACS, in an hour',
      description: 'Every try. Nothing, where no PACS is configured.',
      unit: 'short',
      queries: [{ expr: hourlyBy('outcome', 'hepastage_pacs_pushes_total'), legend: '{{outcome}}' }],
      width: 6,
      runbooks: ['hepastagepacspushesfail', 'hepastagepacspushesgivenup'],
    },
    {
      kind: 'timeseries',
      title: 'Notices and pushes that wait',
      description: 'In their own queues, tries to come included.',
      unit: 'short',
      queries: [{ expr: 'hepastage:queue_backlog:sum{queue!="studies"}', legend: '{{queue}}' }],
      width: 6,
    },
    {
      kind: 'timeseries',
      title: 'What the sweep had to do',
      description:
        'Over an hour. report-…: objects are gone, and counted by every sweep. restore-…, enqueue, recover-end: something was lost and is healed. The rest is housekeeping.',
      unit: 'short',
      queries: [
        {
          expr: `${hourlyBy('verdict', 'hepastage_reconciled_jobs_total{verdict!~"none|just-accepted"}')} > 0`,
          legend: '{{verdict}}',
        },
        { expr: 'hepastage:lost_jobs:last', legend: 'lost, as of now' },
      ],
      width: 12,
      runbooks: [
        'hepastagejobslost',
        'hepastagejobshealed',
        'hepastagereconcilefails',
        'hepastagesweepsfail',
      ],
    },
    {
      kind: 'timeseries',
      title: 'Memory of Redis',
      description:
        'Share of maxmemory; no curve, where Redis has no limit. From 95 % on no studies are taken.',
      unit: 'percentunit',
      queries: [{ expr: 'max(hepastage_redis_memory_ratio)', legend: 'in use' }],
      width: 12,
      max: 1,
      thresholds: [
        [0, 'green'],
        [0.9, 'red'],
      ],
      runbooks: ['hepastageredismemoryhigh'],
    },
  ],
};
