import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricCatalogue } from './catalogue.ts';
import type { Metric } from './metric.ts';

const metrics: [string, Metric][] = Object.entries(metricCatalogue);
const labels = metrics.flatMap(([metric, described]) =>
  Object.entries(described.labels ?? {}).map(([name, label]) => ({ metric, name, ...label })),
);
const namesOf = (isMeant: (metric: Metric) => boolean) =>
  metrics.filter(([, metric]) => isMeant(metric)).map(([name]) => name);

test('names are in the style of Prometheus, with our prefix', () => {
  assert.ok(metrics.length > 30);
  for (const [name] of metrics) assert.match(name, /^hepastage(_[a-z0-9]+)+$/);
});

test('counters, and nothing else, end in _total', () => {
  assert.deepEqual(
    namesOf(({ kind }) => kind === 'counter'),
    metrics.map(([name]) => name).filter((name) => name.endsWith('_total')),
  );
});

for (const unit of ['seconds', 'bytes', 'ratio', 'info']) {
  test(`what is in ${unit}, and nothing else, says so in its name`, () => {
    const suffix = new RegExp(`_${unit}(_total)?$`);
    assert.deepEqual(
      namesOf((metric) => metric.unit === unit),
      metrics.map(([name]) => name).filter((name) => suffix.test(name)),
    );
  });
}

test('a unit is a base unit or what is counted', () => {
  const scaled = /milli|micro|kilo|mega|minute|hour|percent|^ms$|^s$/i;
  for (const [name, { unit }] of metrics) assert.ok(unit !== '' && !scaled.test(unit), `${name}: ${unit}`);
});

test('each has a help of its own, without a full stop at its end', () => {
  const helps = metrics.map(([, { help }]) => help);
  assert.equal(new Set(helps).size, helps.length);
  for (const help of helps) assert.match(help, /^[A-Z].{9,}[^.\s]$/);
});

test('no label names a job, a study, a patient or a tenant, nor whoever sent it', () => {
  const forbidden = /job|study|patient|tenant|uid|id$|user|client|key|path|url|file|name$/;
  // A model has a name; routes are registered ones.
  const known = new Set(['hepastage_model_info{name}']);
  assert.deepEqual(
    labels
      .filter(({ metric, name }) => forbidden.test(name) && !known.has(`${metric}{${name}}`))
      .map(({ metric, name }) => `${metric}{${name}}`),
    [],
  );
});

test('labels say what their values are, are no words of Prometheus’ own, and list no value twice', () => {
  const taken = new Set(['le', 'quantile', 'job', 'instance', 'service']);
  for (const { metric, name, open, values = [] } of labels) {
    const where = `${metric}{${name}}`;
    assert.match(name, /^[a-z][a-z0-9_]*$/, where);
    assert.ok(!taken.has(name), where);
    assert.ok(open !== undefined || values.length > 0, where);
    assert.equal(new Set(values).size, values.length, where);
  }
});

test('buckets ascend', () => {
  for (const [name, metric] of metrics) {
    if (metric.kind !== 'histogram') continue;
    const { buckets } = metric;
    assert.deepEqual(
      buckets,
      [...new Set(buckets)].toSorted((one, other) => one - other),
      name,
    );
  }
});
