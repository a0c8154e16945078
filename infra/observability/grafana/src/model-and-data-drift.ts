import type { Dashboard, Row } from './dashboard.ts';
import { hourlyBy, increaseBy, quantileBy, quantilesBy } from './queries.ts';

const chosen = 'model_version=~"$model_version"';

/** Studies whose stage set names one stage. Prometheus 3 writes the bound as 1.0. */
const sure = increaseBy('model_version', `hepastage_stage_set_size_bucket{le=~"1(\\\\.0)?", ${chosen}}`);
const withStageSet = increaseBy('model_version', `hepastage_stage_set_size_count{${chosen}}`);

const answers: Row = {
  title: 'Answers',
  panels: [
    {
      kind: 'timeseries',
      title: 'Stage mix of a day',
      description:
        'Share of each stage among the answers of 24 hours. It moves with the patients, with the scanners, and with the model.',
      unit: 'percentunit',
      queries: [{ expr: `hepastage:stage_share:ratio1d{${chosen}}`, legend: '{{model_version}} {{stage}}' }],
      width: 8,
      max: 1,
      stacked: true,
      runbooks: ['hepastagestagemixshifted'],
    },
    {
      kind: 'timeseries',
      title: 'Shift against the two weeks before',
      description:
        'Share of the day, less the share of the fourteen days before it. Beyond 25 points, with a hundred studies, somebody should look.',
      unit: 'percentunit',
      queries: [
        {
          expr: `hepastage:stage_shift:ratio1d{${chosen}}`,
          legend: '{{model_version}} {{stage}}',
        },
      ],
      width: 8,
      thresholds: [
        [0, 'green'],
        [0.25, 'red'],
      ],
      runbooks: ['hepastagestagemixshifted'],
    },
    {
      kind: 'timeseries',
      title: 'Stages by sequences, in an hour',
      description: 'What studies had, and what was said.',
      unit: 'short',
      queries: [
        {
          expr: hourlyBy('stage, sequence', `hepastage_predictions_total{${chosen}}`),
          legend: '{{sequence}} {{stage}}',
        },
      ],
      width: 8,
      stacked: true,
    },
    {
      kind: 'bargauge',
      title: 'Sure: one stage in the set',
      description: 'Share of studies whose stage set names one stage, over the time that is looked at.',
      unit: 'percentunit',
      queries: [{ expr: `${sure} / ${withStageSet}`, legend: '{{model_version}}' }],
      width: 6,
      max: 1,
    },
    {
      kind: 'timeseries',
      title: 'Indeterminate, of a day',
      description: 'Share of studies whose stage set holds every stage: the model can’t say.',
      unit: 'percentunit',
      queries: [{ expr: `hepastage:indeterminate:ratio1d{${chosen}}`, legend: '{{model_version}}' }],
      width: 6,
      max: 1,
      thresholds: [
        [0, 'green'],
        [0.5, 'red'],
      ],
      runbooks: ['hepastageindeterminate'],
    },
    {
      kind: 'timeseries',
      title: 'Disagreement of the sequences',
      description: 'Total-variation distance of what T1W and T2W say, of studies with both.',
      unit: 'short',
      queries: quantilesBy([0.5, 0.9], 'model_version', 'hepastage_sequence_disagreement', `{${chosen}}`),
      width: 6,
      max: 1,
      runbooks: ['hepastagesequencesdisagree'],
    },
    {
      kind: 'timeseries',
      title: 'Disagreement beyond a half, of a day',
      description: 'Share of paired studies whose sequences speak for different stages.',
      unit: 'percentunit',
      queries: [{ expr: `hepastage:sequences_disagree:ratio1d{${chosen}}`, legend: '{{model_version}}' }],
      width: 6,
      max: 1,
      thresholds: [
        [0, 'green'],
        [0.3, 'red'],
      ],
      runbooks: ['hepastagesequencesdisagree'],
    },
  ],
};

const data: Row = {
  title: 'Images',
  panels: [
    {
      kind: 'timeseries',
      title: 'Distance from the training data',
      description:
        'As a share of the model’s own limit: above 1 an image is a stranger. Of models that say what is usual.',
      unit: 'short',
      queries: quantilesBy(
        [0.5, 0.95],
        'model_version, sequence',
        'hepastage_input_distance_ratio',
        `{${chosen}}`,
      ),
      width: 12,
      thresholds: [
        [0, 'green'],
        [1, 'red'],
      ],
      runbooks: ['hepastagestrangestudies'],
    },
    {
      kind: 'timeseries',
      title: 'Strangers, of a day',
      description:
        'Share of images beyond the limit. The limit is a quantile of the training data: 1 % is usual for the shipped model.',
      unit: 'percentunit',
      queries: [{ expr: `hepastage:strangers:ratio1d{${chosen}}`, legend: '{{model_version}} {{sequence}}' }],
      width: 12,
      max: 1,
      thresholds: [
        [0, 'green'],
        [0.1, 'red'],
      ],
      runbooks: ['hepastagestrangestudies'],
    },
    {
      kind: 'timeseries',
      title: 'Findings of the image checks, in an hour',
      description: 'Of studies that were staged all the same; docs/quality-gate.md explains each.',
      unit: 'short',
      queries: [
        {
          expr: hourlyBy('code, severity', 'hepastage_quality_findings_total'),
          legend: '{{severity}} {{code}}',
        },
      ],
      width: 8,
      stacked: true,
    },
    {
      kind: 'timeseries',
      title: 'Images that could not be staged, in an hour',
      description: 'Studies that failed for what they are, by error code.',
      unit: 'short',
      queries: [{ expr: hourlyBy('reason', 'hepastage_jobs_total{outcome="failed"}'), legend: '{{reason}}' }],
      width: 8,
      stacked: true,
      runbooks: ['hepastagefailureratio'],
    },
    {
      kind: 'timeseries',
      title: 'Warnings of results, in an hour',
      description: 'What readers were told, by code.',
      unit: 'short',
      queries: [{ expr: hourlyBy('code', 'hepastage_result_warnings_total'), legend: '{{code}}' }],
      width: 8,
      stacked: true,
    },
  ],
};

const models: Row = {
  title: 'Models beside each other: canary and stable, second opinions',
  panels: [
    {
      kind: 'timeseries',
      title: 'Share of studies, of an hour',
      description: 'By the model that staged them: with a canary, its share of the pods.',
      unit: 'percentunit',
      queries: [
        {
          expr: `${hourlyBy('model_version', 'hepastage_predictions_total')} / on () group_left () sum(increase(hepastage_predictions_total[1h]))`,
          legend: '{{model_version}}',
        },
      ],
      width: 8,
      max: 1,
      stacked: true,
    },
    {
      kind: 'bargauge',
      title: 'Stage mix by model',
      description:
        'Over the time that is looked at. Stable and canary see the same patients: what differs is the model.',
      unit: 'percentunit',
      queries: [
        {
          expr: `${increaseBy('model_version, stage', `hepastage_predictions_total{${chosen}}`)} / on (model_version) group_left () ${increaseBy('model_version', `hepastage_predictions_total{${chosen}}`)}`,
          legend: '{{model_version}} {{stage}}',
        },
      ],
      width: 8,
      max: 1,
    },
    {
      kind: 'timeseries',
      title: 'Duration of an attempt by model, p95',
      description: 'Of attempts that succeeded.',
      unit: 's',
      queries: [
        {
          expr: quantileBy(
            0.95,
            'model_version',
            'hepastage_job_duration_seconds',
            `{outcome="succeeded", ${chosen}}`,
          ),
          legend: '{{model_version}}',
        },
      ],
      width: 8,
    },
    {
      kind: 'timeseries',
      title: 'Failures by model, of an hour',
      description:
        'Share of the attempts that ended a job. A canary that fails more than the stable model goes back.',
      unit: 'percentunit',
      queries: [
        {
          expr: `${hourlyBy('model_version', `hepastage_job_duration_seconds_count{outcome="failed", ${chosen}}`)} / ${hourlyBy('model_version', `hepastage_job_duration_seconds_count{outcome=~"failed|succeeded", ${chosen}}`)}`,
          legend: '{{model_version}}',
        },
      ],
      width: 8,
      max: 1,
      runbooks: ['hepastagefailureratio'],
    },
    {
      kind: 'timeseries',
      title: 'Second opinions, in an hour',
      description: 'Where a liver mask came. refused: the mask gives no features. failed: a fault of ours.',
      unit: 'short',
      queries: [
        { expr: hourlyBy('outcome, reason', 'hepastage_opinions_total'), legend: '{{outcome}} {{reason}}' },
      ],
      width: 8,
      stacked: true,
      runbooks: ['hepastagesecondopinionsfail'],
    },
    {
      kind: 'timeseries',
      title: 'Canaries, and what they pass on in an hour',
      description:
        'A canary stages no study that names a model: it gives it back for others. More and more of them: no other worker runs.',
      unit: 'short',
      queries: [
        { expr: 'sum(hepastage_canary)', legend: 'canaries' },
        { expr: 'sum(increase(hepastage_studies_passed_on_total[1h]))', legend: 'passed on' },
      ],
      width: 8,
    },
    {
      kind: 'table',
      title: 'Models that are loaded',
      description: 'By how many workers. Two of a name with different digests: a rollout, or a mistake.',
      unit: 'short',
      queries: [
        {
          expr: 'count by (name, version, sha256) (hepastage_model_info)',
          legend: '{{name}}',
        },
      ],
      width: 8,
    },
  ],
};

/** Whether the model sees what it was made for, and says what it used to. */
export const modelAndDataDrift: Dashboard = {
  uid: 'hepastage-drift',
  title: 'hepastage: model and data drift',
  description: 'What is said of which images, by which model, and how that moves.',
  variables: [{ name: 'model_version', label: 'Model', metric: 'hepastage_stage_set_size_count' }],
  rows: [answers, data, models],
};
