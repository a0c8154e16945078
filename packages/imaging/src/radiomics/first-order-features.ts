import { percentiles } from '../preprocess/percentile.ts';

/** Width of a bin of the histogram, in the image's own unit. */
const binWidth = 25;
/** Keeps the logarithm of an empty share finite: the spacing of doubles at 1. */
const epsilon = 2 ** -52;

export const firstOrderFeatureNames = [
  '10Percentile',
  '90Percentile',
  'Energy',
  'Entropy',
  'InterquartileRange',
  'Kurtosis',
  'Maximum',
  'MeanAbsoluteDeviation',
  'Mean',
  'Median',
  'Minimum',
  'Range',
  'RobustMeanAbsoluteDeviation',
  'RootMeanSquared',
  'Skewness',
  'TotalEnergy',
  'Uniformity',
  'Variance',
] as const;

export type FirstOrderFeatures = Record<(typeof firstOrderFeatureNames)[number], number>;

/**
 * The 18 first-order features of PyRadiomics 3.1, of the organ's `values` in the image's own unit; `voxelVolume` in mm³. Reorders `values`, of which there is at least one.
 *
 * Percentiles are interpolated linearly; moments are the population's; Kurtosis is 3 for a normal distribution; Skewness and Kurtosis of equal values are 0. Entropy (bits) and
 * Uniformity are of the histogram whose bins are 25 wide and begin at multiples of 25. Robust- is of the values from the 10th to the 90th percentile, both included.
 */
export function firstOrderFeatures(values: Float64Array, voxelVolume: number): FirstOrderFeatures {
  const { length } = values;
  const [p10, p25, p50, p75, p90] = percentiles(values, [10, 25, 50, 75, 90]) as FivePercentiles;
  let minimum = Infinity;
  let maximum = -Infinity;
  let energy = 0;
  let total = 0;
  for (let n = 0; n < length; n++) {
    const value = values[n]!;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
    total += value;
    energy += value * value;
  }
  const mean = total / length;
  const { deviation, second, third, fourth } = momentsAround(mean, values);
  const { entropy, uniformity } = histogramOf(values);
  return {
    '10Percentile': p10,
    '90Percentile': p90,
    Energy: energy,
    Entropy: entropy,
    InterquartileRange: p75 - p25,
    Kurtosis: second === 0 ? 0 : fourth / second ** 2,
    Maximum: maximum,
    MeanAbsoluteDeviation: deviation,
    Mean: mean,
    Median: p50,
    Minimum: minimum,
    Range: maximum - minimum,
    RobustMeanAbsoluteDeviation: deviationWithin(p10, p90, values),
    RootMeanSquared: Math.sqrt(energy / length),
    Skewness: second === 0 ? 0 : third / second ** 1.5,
    TotalEnergy: energy * voxelVolume,
    Uniformity: uniformity,
    Variance: second,
  };
}

type FivePercentiles = [number, number, number, number, number];

/** Means of |d|, d², d³ and d⁴, d the distance to `mean`. */
function momentsAround(mean: number, values: Float64Array) {
  let [deviation, second, third, fourth] = [0, 0, 0, 0];
  for (let n = 0; n < values.length; n++) {
    const distance = values[n]! - mean;
    const square = distance * distance;
    deviation += Math.abs(distance);
    second += square;
    third += square * distance;
    fourth += square * square;
  }
  const { length } = values;
  return {
    deviation: deviation / length,
    second: second / length,
    third: third / length,
    fourth: fourth / length,
  };
}

/** Mean distance to their mean, of the values from `low` to `high`: without a copy of them, which would be as large as they are. */
function deviationWithin(low: number, high: number, values: Float64Array): number {
  let count = 0;
  let total = 0;
  for (let n = 0; n < values.length; n++) {
    const value = values[n]!;
    if (value < low || value > high) continue;
    count++;
    total += value;
  }
  const mean = total / count;
  let distances = 0;
  for (let n = 0; n < values.length; n++) {
    const value = values[n]!;
    if (value >= low && value <= high) distances += Math.abs(value - mean);
  }
  return distances / count;
}

function histogramOf(values: Float64Array): { entropy: number; uniformity: number } {
  const counts = new Map<number, number>();
  for (let n = 0; n < values.length; n++) {
    const bin = Math.floor(values[n]! / binWidth);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  let entropy = 0;
  let uniformity = 0;
  for (const count of counts.values()) {
    const share = count / values.length;
    entropy -= share * Math.log2(share + epsilon);
    uniformity += share * share;
  }
  return { entropy, uniformity };
}
