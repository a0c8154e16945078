import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesOf } from './expression.ts';

const metricsOf = (expression: string) => namesOf(expression).selectors.map(({ metric }) => metric);

test('metrics are told from functions, aggregations, labels and words', () => {
  assert.deepEqual(metricsOf('sum by (le, a) (rate(b_bucket{c="d"}[5m])) / on (e) group_left () f:g'), [
    'b_bucket',
    'f:g',
  ]);
  assert.deepEqual(metricsOf('max(a) without (b) or vector(0) unless on (c) d offset 1h > 5e3'), ['a', 'd']);
  assert.deepEqual(metricsOf('a > on (slo) 14.4 * (1 - b) and avg_over_time(c[1h]) >= 5'), ['a', 'b', 'c']);
});

test('what is demanded of labels, and by which it is summed', () => {
  const { selectors, labels } = namesOf('sum by (x, y) (m{a="b", c=~"1(\\\\.0)?|}", d!=""})');
  assert.deepEqual(labels, ['x', 'y']);
  assert.deepEqual(selectors, [
    {
      metric: 'm',
      matchers: [
        { label: 'a', operator: '=', value: 'b' },
        { label: 'c', operator: '=~', value: '1(\\.0)?|}' },
        { label: 'd', operator: '!=', value: '' },
      ],
    },
  ]);
  assert.throws(() => namesOf('{job="api"}'), /without a metric/);
});
