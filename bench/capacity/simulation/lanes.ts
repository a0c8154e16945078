import { Ring } from './ring.ts';
import type { Studies } from './studies.ts';

/** The queue as BullMQ has it: what has stalled goes before all, then STAT, then routine, each in order of arrival. */
export class Lanes {
  readonly #studies: Studies;
  readonly #stalled = new Ring();
  readonly #stat = new Ring();
  readonly #routine = new Ring();

  constructor(studies: Studies) {
    this.#studies = studies;
  }

  get size(): number {
    return this.#stalled.size + this.#stat.size + this.#routine.size;
  }

  /** At the end of its lane: a new study, one whose pause is over, one that a leaving worker has given back. */
  push(study: number): void {
    (this.#studies.isStat[study] === 1 ? this.#stat : this.#routine).push(study);
  }

  /** Before all others, whatever its priority: BullMQ puts what has stalled where it takes from next. */
  pushStalled(study: number): void {
    this.#stalled.pushFront(study);
  }

  take(): number | undefined {
    return this.#stalled.shift() ?? this.#stat.shift() ?? this.#routine.shift();
  }

  /** How long the oldest has waited since it was accepted, s. */
  oldestAge(now: number): number {
    const heads = [this.#stalled.peek(), this.#stat.peek(), this.#routine.peek()];
    const ages = heads.map((study) => (study === undefined ? 0 : now - this.#studies.acceptedAt[study]!));
    return Math.max(...ages);
  }
}
