import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricCatalogue } from '../../packages/platform/src/metrics/catalogue.ts';
import type { Metric } from '../../packages/platform/src/metrics/metric.ts';
import { type Matcher, namesOf } from './expression.ts';
import { foreignMetrics } from './foreign-metrics.ts';
import {
  type Expression,
  expressionsOfDashboards,
  expressionsOfRules,
  rules,
} from './observability-files.ts';

/** What Prometheus puts on everything that it scrapes, and a registry of ours on all of its. */
const everywhere = new Set(['job', 'instance', 'service']);

/** A label's known values; undefined: any. */
type Labels = ReadonlyMap<string, readonly string[] | undefined>;

const known = new Map<string, Labels>([...ours(), ...foreign(), ...recorded()]);
const expressions: readonly Expression[] = [...expressionsOfRules(), ...expressionsOfDashboards()];

const used = new Set(expressions.flatMap(({ expr }) => namesOf(expr).selectors.map(({ metric }) => metric)));

test('there are expressions to look at', () => {
  assert.ok(expressionsOfRules().length > 60, `${expressionsOfRules().length}`);
  assert.ok(expressionsOfDashboards().length > 60, `${expressionsOfDashboards().length}`);
});

test('every metric that an alert, a rule or a dashboard names is one of ours, of a recording rule, or of an exporter that is listed', () => {
  const unknown = expressions.flatMap(({ where, expr }) =>
    namesOf(expr)
      .selectors.filter(({ metric }) => !known.has(metric))
      .map(({ metric }) => `${where}: ${metric}`),
  );
  assert.deepEqual(unknown, []);
});

test('every label that is asked for, or summed by, is one of the metric’s', () => {
  const wrong = expressions.flatMap(({ where, expr }) => {
    const { selectors, labels } = namesOf(expr);
    const demanded = selectors.flatMap(({ metric, matchers }) =>
      matchers.filter(({ label }) => !has(metric, label)).map(({ label }) => `${metric}{${label}}`),
    );
    const summed = labels.filter((label) => !selectors.some(({ metric }) => has(metric, label)));
    return [...demanded, ...summed].map((what) => `${where}: ${what}`);
  });
  assert.deepEqual(wrong, []);
});

test('a value that is asked for is one that the label may have', () => {
  const impossible = expressions.flatMap(({ where, expr }) =>
    namesOf(expr).selectors.flatMap(({ metric, matchers }) =>
      matchers
        .filter((matcher) => !isPossible(matcher, known.get(metric)?.get(matcher.label)))
        .map(({ label, value }) => `${where}: ${metric}{${label} ${value}}`),
    ),
  );
  assert.deepEqual(impossible, []);
});

test('every recording rule is used', () => {
  const idle = rules().flatMap(({ record }) => (record === undefined || used.has(record) ? [] : [record]));
  assert.deepEqual(idle, []);
});

test('every metric of ours is shown or watched', () => {
  const unseen = Object.keys(metricCatalogue).filter(
    (name) => ![name, `${name}_bucket`, `${name}_count`, `${name}_sum`].some((one) => used.has(one)),
  );
  assert.deepEqual(unseen, []);
});

/** Each series name of the catalogue, with its labels. */
function ours(): [string, Labels][] {
  const metrics: [string, Metric][] = Object.entries(metricCatalogue);
  return metrics.flatMap(([name, metric]): [string, Labels][] => {
    const labels = Object.entries(metric.labels ?? {}).map(
      ([label, { open, values }]) => [label, open === undefined ? values : undefined] as const,
    );
    if (metric.kind !== 'histogram') return [[name, new Map(labels)]];
    const bounds = ['le', metric.buckets.map(String)] as const;
    return [
      [`${name}_bucket`, new Map([...labels, bounds])],
      [`${name}_sum`, new Map(labels)],
      [`${name}_count`, new Map(labels)],
    ];
  });
}

function foreign(): [string, Labels][] {
  return Object.values(foreignMetrics).flatMap((metrics) =>
    Object.entries(metrics).map(([name, labels]): [string, Labels] => [
      name,
      new Map(labels.map((label) => [label, undefined])),
    ]),
  );
}

/** What rules record, with the labels that they set or sum by. */
function recorded(): [string, Labels][] {
  const labels = new Map<string, Map<string, undefined>>();
  for (const { record, expr, labels: set = {} } of rules()) {
    if (record === undefined) continue;
    const inherited = namesOf(expr).selectors.flatMap(({ metric }) => [
      ...(labels.get(metric)?.keys() ?? []),
    ]);
    const names = [...Object.keys(set), ...namesOf(expr).labels, ...inherited];
    labels.set(record, new Map(names.map((name) => [name, undefined])));
  }
  return [...labels];
}

function has(metric: string, label: string): boolean {
  return everywhere.has(label) || known.get(metric)?.has(label) === true;
}

/** Whether the values that it names, wanted or not, are ones that there are: each alternative of a pattern, for a mistake in one of them would not be seen. */
function isPossible({ operator, value }: Matcher, values: readonly string[] | undefined): boolean {
  if (values === undefined) return true;
  if (!operator.endsWith('~')) return values.includes(value);
  const patterns = value.split('|').map((one) => new RegExp(`^(?:${one})$`));
  return patterns.every((pattern) => values.some((one) => pattern.test(one)));
}
