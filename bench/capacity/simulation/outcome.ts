import type { Parameters } from '../assumptions.ts';
import type { Quantiles } from './quantiles.ts';
import type { Simulation } from './simulation.ts';
import type { Hour } from './tally.ts';

/** Times of the studies of a priority, s. */
export interface Times {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface ByPriority<T> {
  readonly stat: T;
  readonly routine: T;
}

/** What came out of a run. */
export interface Outcome {
  readonly arrived: ByPriority<number>;
  readonly succeeded: ByPriority<number>;
  readonly failed: ByPriority<number>;
  readonly gaveUp: number;
  /** Neither ended nor given up when the run ended. */
  readonly unfinished: number;
  /** Answers with 503 and Retry-After. */
  readonly turnedAway: number;
  readonly attempts: number;
  readonly returned: number;
  readonly workerDeaths: number;
  readonly spotLosses: number;
  readonly workersStarted: number;
  readonly timeToResult: ByPriority<Times>;
  readonly wait: ByPriority<Times>;
  /** Share of the studies that ended within their objective, 0 to 1. */
  readonly withinObjective: ByPriority<number>;
  readonly workers: {
    readonly mean: number;
    readonly max: number;
    readonly hours: number;
    readonly gpuHours: number;
    /** Of the cores, and of the encoders, while workers were ready. */
    readonly coreUtilisation: number;
    readonly encoderUtilisation: number;
  };
  readonly waitingMax: number;
  /** Workers at the example prices. */
  readonly cost: { readonly total: number; readonly perThousandStudies: number };
  /** Σ over time of studies in the system / Σ of their times in it: 1, or the simulation is wrong. */
  readonly littlesLaw: number;
  readonly hours: readonly Hour[];
  readonly events: number;
  readonly studiesAtOnceMax: number;
}

export function outcomeOf(simulation: Simulation, parameters: Parameters): Outcome {
  const { tally, used, studies, handled } = simulation;
  const { stat, routine } = tally.timeToResult;
  const hours = used.podSeconds / 3_600;
  const gpuHours = hours * parameters.gpu;
  const total =
    hours * parameters.coresPerWorker * parameters.priceCoreHour + gpuHours * parameters.priceGpuHour;
  const ended = stat.count + routine.count;
  return {
    arrived: tally.arrived,
    succeeded: tally.succeeded,
    failed: tally.failed,
    gaveUp: tally.gaveUp,
    unfinished: studies.size,
    turnedAway: tally.turnedAway,
    attempts: tally.attempts,
    returned: tally.returned,
    workerDeaths: tally.workerDeaths,
    spotLosses: tally.spotLosses,
    workersStarted: tally.workersStarted,
    timeToResult: { stat: timesOf(stat), routine: timesOf(routine) },
    wait: { stat: timesOf(tally.wait.stat), routine: timesOf(tally.wait.routine) },
    withinObjective: {
      stat: stat.shareWithin(parameters.statSlo),
      routine: routine.shareWithin(parameters.routineSlo),
    },
    workers: {
      mean: used.podSeconds / (parameters.days * 86_400),
      max: Math.max(...tally.hours.map(({ workersMax }) => workersMax)),
      hours,
      gpuHours,
      coreUtilisation: used.coreSeconds / (used.readySeconds * parameters.coresPerWorker || 1),
      encoderUtilisation: used.encoderSeconds / (used.readySeconds || 1),
    },
    waitingMax: Math.max(...tally.hours.map(({ waitingMax }) => waitingMax)),
    cost: { total, perThousandStudies: (1_000 * total) / (ended || 1) },
    littlesLaw: tally.studySeconds / (stat.mean * stat.count + routine.mean * routine.count || 1),
    hours: tally.hours,
    events: handled,
    studiesAtOnceMax: studies.peak,
  };
}

function timesOf(times: Quantiles): Times {
  return {
    count: times.count,
    mean: times.mean,
    p50: times.quantile(0.5),
    p90: times.quantile(0.9),
    p95: times.quantile(0.95),
    p99: times.quantile(0.99),
    max: times.max,
  };
}
