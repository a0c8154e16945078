import { type Measure, measures, type Reading } from './readings.ts';

/** How a measure went in the second half of a soak. */
export interface Level {
  readonly measure: Measure;
  /** Median of the middle third of the readings, and of the last third. */
  readonly middle: number;
  readonly last: number;
  /** From one to the other, for a thousand studies. */
  readonly perThousand: number;
  /** Most that it may be; null: it grows by design. */
  readonly perThousandMax: number | null;
  readonly isLevel: boolean;
}

/** Fewest readings that can be told apart into thirds. */
export const readingsMin = 6;

/**
 * Compares the last third of the readings with the middle third; the first third is for caches to fill and code to be compiled. Medians, because a heap has
 * been collected a moment ago or has not. Throws with fewer than `readingsMin` readings.
 */
export function levelsOf(readings: readonly Reading[]): Level[] {
  if (readings.length < readingsMin) {
    throw new RangeError(`${readings.length} readings are too few: take ${readingsMin} or more`);
  }
  const third = Math.floor(readings.length / 3);
  const last = readings.slice(-third);
  const middle = readings.slice(-2 * third, -third);
  const thousands = (medianOf(last, 'studies') - medianOf(middle, 'studies')) / 1_000;
  return (Object.keys(measures) as Measure[]).map((measure) => {
    const [from, to] = [medianOf(middle, measure), medianOf(last, measure)];
    const perThousand = (to - from) / thousands;
    const perThousandMax = measures[measure];
    const isLevel = perThousandMax === null || perThousand <= perThousandMax;
    return { measure, middle: from, last: to, perThousand, perThousandMax, isLevel };
  });
}

function medianOf(readings: readonly Reading[], field: Measure | 'studies'): number {
  const sorted = readings.map((reading) => reading[field]).toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
