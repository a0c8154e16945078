import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { csvLine } from './csv-line.ts';

test('whatever a cell holds is read back', () => {
  const cells = ['plain', 'test, site B', 'the "late" one', 'two\nlines', 'two\r\nlines', '', ' blank '];
  assert.deepEqual(parse(csvLine(cells)), [cells]);
});

test('cells without need have no quotes', () => {
  assert.equal(csvLine(['a b', 0.25, false, undefined, 0]), 'a b,0.25,false,,0\n');
});
