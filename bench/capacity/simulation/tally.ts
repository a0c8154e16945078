import { Quantiles } from './quantiles.ts';

const hourSeconds = 3_600;

/** What happened in an hour of the run. */
export interface Hour {
  hour: number;
  arrived: number;
  ended: number;
  /** Most studies that waited for a worker, as of each look of the autoscaler. */
  waitingMax: number;
  /** Mean of the workers that were there, starting ones included, and most of them. */
  workers: number;
  workersMax: number;
}

/** Counts while the simulation runs. */
export class Tally {
  readonly arrived = { stat: 0, routine: 0 };
  readonly succeeded = { stat: 0, routine: 0 };
  readonly failed = { stat: 0, routine: 0 };
  /** Clients that were turned away and gave up. */
  gaveUp = 0;
  turnedAway = 0;
  attempts = 0;
  returned = 0;
  workerDeaths = 0;
  spotLosses = 0;
  workersStarted = 0;
  /** From acceptance to the end, and to the first worker, s. */
  readonly timeToResult = { stat: new Quantiles(), routine: new Quantiles() };
  readonly wait = { stat: new Quantiles(), routine: new Quantiles() };
  readonly hours: Hour[] = [];
  readonly #looks: number[] = [];
  /** Integral of the studies in the system over time: for Little's law. */
  studySeconds = 0;
  #inSystem = 0;
  #at = 0;

  get inSystem(): number {
    return this.#inSystem;
  }

  accepted(now: number): void {
    this.#advance(now);
    this.#inSystem++;
  }

  ended(now: number): void {
    this.#advance(now);
    this.#inSystem--;
    this.hourOf(now).ended++;
  }

  look(now: number, waiting: number, workers: number): void {
    const hour = this.hourOf(now);
    const n = (this.#looks[hour.hour] ?? 0) + 1;
    this.#looks[hour.hour] = n;
    hour.waitingMax = Math.max(hour.waitingMax, waiting);
    hour.workersMax = Math.max(hour.workersMax, workers);
    hour.workers += (workers - hour.workers) / n;
  }

  hourOf(now: number): Hour {
    const n = Math.floor(now / hourSeconds);
    while (this.hours.length <= n) {
      const hour = this.hours.length;
      this.hours.push({ hour, arrived: 0, ended: 0, waitingMax: 0, workers: 0, workersMax: 0 });
    }
    return this.hours[n]!;
  }

  #advance(now: number): void {
    this.studySeconds += this.#inSystem * (now - this.#at);
    this.#at = now;
  }
}
