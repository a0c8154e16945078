import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServiceTimes, serviceMsAt } from './service-times.ts';

const dayMs = 24 * 3_600_000;

test('what was measured is read by how many studies were in hand, and what is a day old is not', () => {
  const hash = {
    'ms:3': '4000.500',
    'attempts:3': '12',
    'at:3': String(dayMs),
    'ms:0': '900',
    'attempts:0': '1',
    'at:0': String(2 * dayMs - 1),
    'ms:1': '1200',
    'attempts:1': '3',
    'at:1': String(dayMs - 1),
  };
  assert.deepEqual(readServiceTimes(hash, 2 * dayMs - 1), [
    { inHand: 1, meanMs: 900, attempts: 1, endedMs: 2 * dayMs - 1 },
    { inHand: 8, meanMs: 4_000.5, attempts: 12, endedMs: dayMs },
  ]);
  assert.deepEqual(readServiceTimes({}, 0), []);
});

test('what counts was measured where it was most like now', () => {
  const times = [
    { inHand: 1, meanMs: 900, attempts: 1, endedMs: 0 },
    { inHand: 8, meanMs: 4_000, attempts: 1, endedMs: 0 },
  ];
  assert.deepEqual(
    [0, 1, 2, 3, 5, 8, 500].map((inHand) => serviceMsAt(times, inHand)),
    [900, 900, 900, 4_000, 4_000, 4_000, 4_000],
  );
  assert.equal(serviceMsAt([], 3), undefined);
});
