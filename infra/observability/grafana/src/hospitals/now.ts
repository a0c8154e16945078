import type { Row } from '../dashboard.ts';
import { firingAlerts } from '../queries.ts';

/** One look: is anybody kept from being served? */
export const now: Row = {
  title: 'Are hospitals being served?',
  panels: [
    {
      kind: 'stat',
      title: 'APIs ready',
      description: 'API processes that say yes at /readyz. At 0 nobody is served.',
      unit: 'short',
      queries: [{ expr: 'hepastage:apis_ready:sum', legend: 'ready' }],
      width: 4,
      thresholds: [
        [0, 'red'],
        [1, 'green'],
      ],
      runbooks: ['hepastagenoapiready'],
    },
    {
      kind: 'stat',
      title: 'New studies',
      description:
        'Whether every API takes studies. Closed: object store, Redis or the queue can’t keep more, and uploads are answered with 503.',
      unit: 'short',
      queries: [{ expr: 'min(hepastage_admission_open)', legend: 'admission' }],
      width: 4,
      thresholds: [
        [0, 'red'],
        [1, 'green'],
      ],
      words: { 0: 'turned away', 1: 'taken' },
      runbooks: ['hepastageadmissionclosed'],
    },
    {
      kind: 'stat',
      title: 'Accepted',
      description: 'Studies that were answered with 202, over the time that is looked at.',
      unit: 'short',
      queries: [
        {
          expr: 'sum(increase(hepastage_accepted_studies_total[$__range]))',
          legend: 'studies',
          instant: true,
        },
      ],
      width: 4,
    },
    {
      kind: 'stat',
      title: 'In the queue',
      description: 'Studies that are waiting, being worked on, or to be tried again.',
      unit: 'short',
      queries: [{ expr: 'hepastage:queue_backlog:sum{queue="studies"}', legend: 'studies' }],
      width: 4,
      runbooks: ['hepastagequeuegrowing'],
    },
    {
      kind: 'stat',
      title: 'Oldest waits',
      description:
        'Age of the oldest study that no worker has taken. At an hour (HEPASTAGE_QUEUE_AGE_SECONDS_MAX) no more studies are taken.',
      unit: 's',
      queries: [{ expr: 'hepastage:queue_oldest_job_age_seconds:max', legend: 'age' }],
      width: 4,
      thresholds: [
        [0, 'green'],
        [900, 'yellow'],
        [2_700, 'red'],
      ],
      runbooks: ['hepastageoldestjobwaits'],
    },
    {
      kind: 'stat',
      title: 'Alerts that fire',
      description: 'Alerts of infra/observability/prometheus/rules. Each has a runbook.',
      unit: 'short',
      queries: [
        {
          expr: `count(${firingAlerts}) or vector(0)`,
          legend: 'alerts',
        },
      ],
      width: 4,
      thresholds: [
        [0, 'green'],
        [1, 'red'],
      ],
    },
  ],
};
