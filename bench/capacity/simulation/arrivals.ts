import { exponential, geometric, type Random } from './random.ts';

const hourSeconds = 3_600;
const daySeconds = 24 * hourSeconds;

/** When studies come. The simulation asks for one after the other. */
export interface Arrivals {
  /** When the next study, or batch of studies, comes, s; Infinity: never again. */
  next(): number;
  /** How many studies it brings, one after the other. */
  readonly studies: number;
}

export interface ArrivalRates {
  /** On a day whose weight is 1. */
  readonly studiesPerDay: number;
  /** Share of them that comes in batches. */
  readonly burstShare: number;
  /** Mean size of a batch. */
  readonly burstStudies: number;
  /** Of the 24 hours of a day: relative to one another. */
  readonly hourWeights: readonly number[];
  /** Of the days from Monday: 1 for `studiesPerDay`. */
  readonly dayWeights: readonly number[];
  readonly days: number;
}

/** A Poisson process whose rate follows the hour and the weekday: candidates come at the highest rate and are thinned. */
export function poissonArrivals(rates: ArrivalRates, random: Random): Arrivals {
  const { studiesPerDay, burstShare, burstStudies, hourWeights, dayWeights, days } = rates;
  const hours = hourWeights.reduce((sum, weight) => sum + weight, 0);
  const rateOf = (weight: number) => (studiesPerDay * weight) / hours / hourSeconds;
  // Per study that comes: so many come alone, and so many batches.
  const [alone, batches] = [1 - burstShare, burstShare / burstStudies];
  const highest = rateOf(Math.max(...hourWeights) * Math.max(...dayWeights)) * (alone + batches);
  let at = 0;
  let studies = 1;
  return {
    get studies() {
      return studies;
    },
    next() {
      for (;;) {
        at += exponential(random, highest);
        if (at >= days * daySeconds) return Infinity;
        const weight =
          hourWeights[Math.floor(at / hourSeconds) % 24]! *
          dayWeights[Math.floor(at / daySeconds) % dayWeights.length]!;
        if (random() * highest >= rateOf(weight) * (alone + batches)) continue;
        const isBatch = random() * (alone + batches) < batches;
        studies = isBatch ? geometric(random, burstStudies) : 1;
        return at;
      }
    },
  };
}

/** Studies that came at `times`, in order, s. */
export function arrivalsAt(times: readonly number[]): Arrivals {
  let n = 0;
  return { studies: 1, next: () => times[n++] ?? Infinity };
}
