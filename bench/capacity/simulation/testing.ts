import { type Parameters, assumptionsFrom, parametersOf } from '../assumptions.ts';
import { readMeasured } from '../measured.ts';
import type { Arrivals } from './arrivals.ts';
import { exponential, type Random } from './random.ts';
import type { DrawWork, StudyWork } from './work.ts';

/** So many workers, always there, with so many studies in hand each; nothing fails, dies or waits for company. */
export async function steadyParameters(
  workers: number,
  jobsInFlight: number,
  set: Partial<Parameters> = {},
): Promise<Parameters> {
  return parametersOf(assumptionsFrom(await readMeasured()), {
    workersMin: workers,
    workersMax: workers,
    jobsInFlight,
    queueAgeMax: Infinity,
    permanentFailures: 0,
    transientFailures: 0,
    workerDeaths: 0,
    burstShare: 0,
    statShare: 0,
    mainThreadShare: 0,
    finishThreads: 1,
    ...set,
  });
}

/** `count` studies, each at a time that depends on no other: a Poisson process. */
export function steadyArrivals(perSecond: number, count: number, random: Random): Arrivals {
  let at = 0;
  let left = count;
  return {
    studies: 1,
    next() {
      at += exponential(random, perSecond);
      return left-- > 0 ? at : Infinity;
    },
  };
}

/** Waiting alone, computing alone, or both: whatever is left out takes no time. */
export function work(of: Partial<StudyWork>): StudyWork {
  return { fetch: 0, prepare: 0, slices: 0, finish: 0, ...of };
}

/** Exponential times with mean `seconds` in one phase. */
export function exponentialWork(phase: 'fetch' | 'finish', seconds: number): DrawWork {
  return (random) => work({ [phase]: exponential(random, 1 / seconds) });
}
