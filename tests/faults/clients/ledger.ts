import type { JobRecord_State } from '@hepastage/proto';

/** A job as a client saw it once; times as `performance.now()` has them. */
export interface Sighting {
  /** `absent`: the client was told that there is no such job. */
  readonly state: JobRecord_State | 'absent';
  readonly askedAt: number;
  readonly seenAt: number;
}

/** A study that was sent, and what its client was told. */
export interface SentStudy {
  readonly idempotencyKey: string;
  /** Name of the small study. */
  readonly study: string;
  /** The job that each 202 named. */
  readonly answers: readonly string[];
  /** Answers that a client can do nothing about, and why it gave up. */
  readonly refusals: readonly string[];
}

/** What the service promised its clients, and what they saw of it. Only clients write here. */
export class Ledger {
  readonly #studies = new Map<string, { study: string; answers: string[]; refusals: string[] }>();
  readonly #sightings = new Map<string, Sighting[]>();

  sends(idempotencyKey: string, study: string): void {
    if (!this.#studies.has(idempotencyKey))
      this.#studies.set(idempotencyKey, { study, answers: [], refusals: [] });
  }

  isPromised(idempotencyKey: string, jobId: string): void {
    this.#studies.get(idempotencyKey)?.answers.push(jobId);
  }

  isRefused(idempotencyKey: string, why: string): void {
    this.#studies.get(idempotencyKey)?.refusals.push(why);
  }

  sees(jobId: string, sighting: Sighting): void {
    const before = this.#sightings.get(jobId);
    if (before === undefined) this.#sightings.set(jobId, [sighting]);
    else before.push(sighting);
  }

  studies(): SentStudy[] {
    return [...this.#studies].map(([idempotencyKey, { study, answers, refusals }]) => ({
      idempotencyKey,
      study,
      answers: [...answers],
      refusals: [...refusals],
    }));
  }

  /** Of each job, in the order in which they were seen. */
  sightings(): ReadonlyMap<string, readonly Sighting[]> {
    return this.#sightings;
  }

  /** Jobs that were promised so far. */
  jobs(): string[] {
    return [...new Set([...this.#studies.values()].flatMap(({ answers }) => answers))];
  }
}
