import type { Row } from '../dashboard.ts';
import { hourlyBy, quantileBy, quantilesBy } from '../queries.ts';

/** How long studies take, and how they end. */
export const timeToResult: Row = {
  title: 'Time to result',
  panels: [
    {
      kind: 'timeseries',
      title: 'Time to result',
      description:
        'From acceptance to the end of the job, retries included. Objectives: 95 % of STAT within 5 minutes, of routine within 30.',
      unit: 's',
      queries: quantilesBy([0.5, 0.95], 'priority', 'hepastage_time_to_result_seconds'),
      width: 8,
      thresholds: [
        [0, 'green'],
        [300, 'yellow'],
        [1_800, 'red'],
      ],
      runbooks: ['slo-time-to-result-stat', 'slo-time-to-result-routine'],
    },
    {
      kind: 'timeseries',
      title: 'Wait for the first worker, p95',
      description:
        'From acceptance to the first claim. Most of the time to result: more workers. Little of it: look at the steps.',
      unit: 's',
      queries: [
        { expr: quantileBy(0.95, 'priority', 'hepastage_job_queue_wait_seconds'), legend: '{{priority}}' },
      ],
      width: 8,
      runbooks: ['hepastageoldestjobwaits'],
    },
    {
      kind: 'timeseries',
      title: 'Studies in the queue',
      description: 'By state. failed: given up by the queue and not yet seen to by the sweep.',
      unit: 'short',
      queries: [{ expr: 'hepastage:queue_jobs:max{queue="studies"}', legend: '{{state}}' }],
      width: 8,
      stacked: true,
      runbooks: ['hepastagequeuegrowing'],
    },
    {
      kind: 'timeseries',
      title: 'How attempts end, in an hour',
      description: 'returned: tried again. dropped: another attempt, or an erasure, was first.',
      unit: 'short',
      queries: [{ expr: hourlyBy('outcome', 'hepastage_job_duration_seconds_count'), legend: '{{outcome}}' }],
      width: 8,
      stacked: true,
      runbooks: ['hepastagefailureratio', 'hepastageattemptsreturned'],
    },
    {
      kind: 'timeseries',
      title: 'Why they do not succeed, in an hour',
      description: 'By error code, of attempts that failed or were returned.',
      unit: 'short',
      queries: [
        {
          expr: hourlyBy('outcome, reason', 'hepastage_jobs_total{outcome=~"failed|returned"}'),
          legend: '{{outcome}} {{reason}}',
        },
      ],
      width: 8,
      stacked: true,
      runbooks: ['hepastagefailureratio'],
    },
    {
      kind: 'timeseries',
      title: 'Dead letters',
      description:
        'Studies that failed through no fault of their own: `hepastage dead-letters list`. Over the last hour.',
      unit: 'short',
      queries: [{ expr: `${hourlyBy('code', 'hepastage_dead_letters_total')} > 0`, legend: '{{code}}' }],
      width: 8,
      runbooks: ['hepastagedeadletters'],
    },
  ],
};
