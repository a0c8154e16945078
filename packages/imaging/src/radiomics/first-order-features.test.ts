import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstOrderFeatures } from './first-order-features.ts';

test('of the whole numbers from 0 to 99 they are what algebra gives', () => {
  const values = Float64Array.from({ length: 100 }, (_, n) => (37 * n) % 100);
  assertNear(firstOrderFeatures(values, 2.5), {
    '10Percentile': 9.9,
    '90Percentile': 89.1,
    Energy: 328_350,
    // Four bins of 25 values.
    Entropy: 2,
    InterquartileRange: 49.5,
    Kurtosis: (3 * (3 * 100 ** 2 - 7)) / (5 * (100 ** 2 - 1)),
    Maximum: 99,
    MeanAbsoluteDeviation: 25,
    Mean: 49.5,
    Median: 49.5,
    Minimum: 0,
    Range: 99,
    // Of 10 to 89.
    RobustMeanAbsoluteDeviation: 20,
    RootMeanSquared: Math.sqrt(3283.5),
    Skewness: 0,
    TotalEnergy: 820_875,
    Uniformity: 0.25,
    Variance: (100 ** 2 - 1) / 12,
  });
});

test('bins begin at multiples of 25, below zero too', () => {
  const { Uniformity } = firstOrderFeatures(Float64Array.of(-25, -1, 0, 24.9), 1);
  assert.equal(Uniformity, 0.5);
});

test('a bin for every value is counted as any other, in no more memory than the values take', () => {
  const length = 2 ** 21;
  // In no order, and far apart: a table of bins would hold two million.
  const values = Float64Array.from({ length }, (_, n) => 100 * ((n * 1_234_567) % length));
  const before = memory();
  const found = firstOrderFeatures(values, 1);
  assert.ok(memory() - before < 8 * length, `${(memory() - before) / 2 ** 20} MiB more`);
  const { Entropy, Uniformity, Minimum, Maximum, Median } = found;
  assertNear(
    { Entropy, Uniformity, Minimum, Maximum, Median },
    {
      Entropy: 21,
      Uniformity: 2 ** -21,
      Minimum: 0,
      Maximum: 100 * (length - 1),
      Median: 50 * (length - 1),
    },
  );
});

test('a long right tail is skewed to the right', () => {
  const { Skewness, Kurtosis } = firstOrderFeatures(Float64Array.of(0, 0, 0, 1), 1);
  assertNear({ Skewness, Kurtosis }, { Skewness: 2 / Math.sqrt(3), Kurtosis: 7 / 3 });
});

test('equal values have no moments', () => {
  const { Variance, Skewness, Kurtosis, Entropy } = firstOrderFeatures(new Float64Array(9).fill(7), 1);
  assertNear(
    { Variance, Skewness, Kurtosis, Entropy },
    { Variance: 0, Skewness: 0, Kurtosis: 0, Entropy: 0 },
  );
});

/** Bytes that JavaScript holds, rubbish included. */
function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function assertNear(actual: Record<string, number>, expected: Record<string, number>): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    assert.ok(
      Math.abs(actual[name]! - value) <= 1e-9 * Math.max(1, Math.abs(value)),
      `${name}: ${actual[name]}`,
    );
  }
}
