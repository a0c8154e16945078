import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../testing/random.ts';
import { percentiles, select } from './percentile.ts';

const wanted = [0, 1, 25, 37.3, 50, 99, 100];

/** The definition, on sorted values. */
function bySorting(values: Float64Array): number[] {
  const sorted = values.toSorted();
  return wanted.map((percent) => {
    const rank = (percent / 100) * (sorted.length - 1);
    const low = sorted[Math.floor(rank)]!;
    return low + (sorted[Math.ceil(rank)]! - low) * (rank % 1);
  });
}

for (const length of [1, 2, 3, 10, 101, 5000]) {
  for (const distinct of [1, 3, 1e9]) {
    test(`${length} values of which ${distinct} may differ`, () => {
      const random = seededRandom(length + distinct);
      const values = Float64Array.from({ length }, () => Math.floor(random() * distinct) - distinct / 2);
      const expected = bySorting(values);
      assert.deepEqual(percentiles(values, wanted), expected);
    });
  }
}

test('sorted and reversed values', () => {
  const ascending = Float64Array.from({ length: 1000 }, (_, n) => n);
  const expected = bySorting(ascending);
  assert.deepEqual(percentiles(ascending.slice(), wanted), expected);
  assert.deepEqual(percentiles(ascending.toReversed(), wanted), expected);
});

test('a selection that takes too many passes ends by sorting', () => {
  const random = seededRandom(1);
  const values = Float64Array.from({ length: 1000 }, () => Math.floor(random() * 500));
  const sorted = values.toSorted();
  for (const passesMax of [0, 1, 2, 5]) {
    for (const k of [0, 1, 499, 998, 999]) {
      const selected = values.slice();
      assert.equal(select(selected, k, passesMax), sorted[k], `${passesMax} passes, k ${k}`);
      assert.ok(selected.subarray(0, k).every((value) => value <= sorted[k]!));
      assert.ok(selected.subarray(k).every((value) => value >= sorted[k]!));
    }
  }
});
