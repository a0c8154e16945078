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
 * The 18 first-order features of PyRadiomics 3.1, of the organ's `values` in the image's own unit; `voxelVolume` in mm³. Sorts `values`, of which there is at least one: no copy of them
 * is made.
 *
 * Percentiles are interpolated linearly; moments are the population's; Kurtosis is 3 for a normal distribution; Skewness and Kurtosis of equal values are 0. Entropy (bits) and
 * Uniformity are of the histogram whose bins are 25 wide and begin at multiples of 25. Robust- is of the values from the 10th to the 90th percentile, both included.
 */
export function firstOrderFeatures(values: Float64Array, voxelVolume: number): FirstOrderFeatures {
  const { length } = values;
  values.sort();
  const [minimum, p10, p25, p50, p75, p90, maximum] = [0, 10, 25, 50, 75, 90, 100].map((percent) =>
    percentileOf(values, percent),
  ) as SevenPercentiles;
  let energy = 0;
  let total = 0;
  for (let n = 0; n < length; n++) {
    const value = values[n]!;
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

type SevenPercentiles = [number, number, number, number, number, number, number];

/** Interpolated linearly between order statistics, as NumPy's default does. */
function percentileOf(sorted: Float64Array, percent: number): number {
  const rank = (percent / 100) * (sorted.length - 1);
  const below = Math.floor(rank);
  const low = sorted[below]!;
  return rank === below ? low : low + (sorted[below + 1]! - low) * (rank - below);
}

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

/** Values of one bin stand together: counting runs takes no memory, however many bins there are. */
function histogramOf(sorted: Float64Array): { entropy: number; uniformity: number } {
  const { length } = sorted;
  let entropy = 0;
  let uniformity = 0;
  for (let from = 0, to = 0; from < length; from = to) {
    const bin = Math.floor(sorted[from]! / binWidth);
    while (to < length && Math.floor(sorted[to]! / binWidth) === bin) to++;
    const share = (to - from) / length;
    entropy -= share * Math.log2(share + epsilon);
    uniformity += share * share;
  }
  return { entropy, uniformity };
}
