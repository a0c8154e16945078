import type { Row } from '../dashboard.ts';
import { firingAlerts } from '../queries.ts';

const budget = '(1 - hepastage:slo_objective:ratio)';
const missed30d =
  'clamp_max(avg_over_time(hepastage:slo_bad:rate5m[30d]) / avg_over_time(hepastage:slo_valid:rate5m[30d]), 1)';

/** The objectives of docs/slo.md, and what is left of them. */
export const objectives: Row = {
  title: 'Objectives (docs/slo.md)',
  panels: [
    {
      kind: 'bargauge',
      title: 'Kept over 30 days',
      description:
        'Share of what counts that was as it should be: uploads, times to result, accepted studies, notices.',
      unit: 'percentunit',
      queries: [{ expr: `1 - ${missed30d}`, legend: '{{slo}}' }],
      width: 6,
      max: 1,
      decimals: 3,
      runbooks: ['slo-acceptance'],
    },
    {
      kind: 'bargauge',
      title: 'Error budget left',
      description:
        'What is left of the share that may be missed in 30 days. Below 0 the objective is missed: changes that risk more wait.',
      unit: 'percentunit',
      queries: [{ expr: `1 - ${missed30d} / on (slo) ${budget}`, legend: '{{slo}}' }],
      width: 6,
      max: 1,
      decimals: 1,
      mayBeNegative: true,
      thresholds: [
        [0, 'red'],
        [0.1, 'yellow'],
        [0.5, 'green'],
      ],
      runbooks: ['slo-acceptance'],
    },
    {
      kind: 'timeseries',
      title: 'How fast the budget burns (last hour)',
      description: '1: the budget lasts exactly 30 days. 14.4: two days, and somebody is called.',
      unit: 'short',
      queries: [{ expr: `hepastage:slo_errors:ratio1h / on (slo) ${budget}`, legend: '{{slo}}' }],
      width: 12,
      thresholds: [
        [0, 'green'],
        [1, 'yellow'],
        [14.4, 'red'],
      ],
    },
    {
      kind: 'table',
      title: 'Alerts that fire',
      description: 'Each with its labels; what to do is in the runbook of the same name.',
      unit: 'short',
      queries: [
        {
          expr: firingAlerts,
          legend: '{{alertname}}',
        },
      ],
      width: 24,
    },
  ],
};
