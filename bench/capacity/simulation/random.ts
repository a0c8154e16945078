import { seededRandom } from '../../../packages/imaging/src/testing/random.ts';

/** Numbers from 0 up to 1. */
export type Random = () => number;

/** A source of chance for each thing that has its own, so that another setting of one leaves all others as they were. */
export interface Chances {
  readonly arrivals: Random;
  readonly service: Random;
  readonly failures: Random;
  readonly losses: Random;
}

export function chancesOf(seed: number): Chances {
  const source = (n: number) => seededRandom(Math.imul(seed, 0x9e3779b1) + n);
  return { arrivals: source(1), service: source(2), failures: source(3), losses: source(4) };
}

/** Time to the next of what happens `rate` times a second; Infinity where it never does. */
export function exponential(random: Random, rate: number): number {
  return rate <= 0 ? Infinity : -Math.log(1 - random()) / rate;
}

/** A whole number from 1 whose mean is `mean`. */
export function geometric(random: Random, mean: number): number {
  if (mean <= 1) return 1;
  return 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / mean));
}
