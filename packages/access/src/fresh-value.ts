import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode, HepastageError } from '@hepastage/proto';

export interface Freshness {
  /** How old the value that is used may be, s. */
  readonly refreshSeconds: number;
  /** How old it may be while it can't be read anew, s; no less than `refreshSeconds`. */
  readonly staleSecondsMax: number;
  /** Is told why it can't be read. */
  readonly onTrouble: (error: unknown) => void;
  /** What whoever asks is told while the first attempt goes on; without it STORE_UNAVAILABLE. */
  readonly notYet?: Error;
  /** ms, never going back. */
  readonly clock?: () => number;
}

/** Shortest time between two attempts to read, whoever asks and whatever came of the last, ms. */
const attemptMsMin = 1_000;
/** Longest that an attempt is waited for, ms: after that it goes on by itself. */
const patienceMs = 2_000;

/**
 * A value that lies elsewhere, held in memory and read anew now and then, however many ask for it. It is read in the background from half of its time on, so
 * that hardly anyone waits, and nobody for long. While it can't be read the last one is used, until that is too old: then whoever asks is told why.
 */
export class FreshValue<T> {
  readonly #read: () => Promise<T>;
  readonly #freshness: Freshness;
  readonly #clock: () => number;
  #held: { readonly value: T; readonly readAt: number } | undefined;
  #attempt: Promise<void> | undefined;
  #attemptedAt = Number.NEGATIVE_INFINITY;
  #trouble: unknown;

  constructor(read: () => Promise<T>, freshness: Freshness) {
    this.#read = read;
    this.#freshness = freshness;
    this.#clock = freshness.clock ?? (() => performance.now());
    this.#trouble = freshness.notYet ?? notYet();
  }

  /** At most `ageSecondsMax` old, unless it could not be read since. Throws what keeps it from being read. */
  async get(ageSecondsMax = this.#freshness.refreshSeconds): Promise<T> {
    const age = this.#age();
    if (age > ageSecondsMax / 2) {
      const attempt = this.#refresh();
      if (age >= ageSecondsMax) await Promise.race([attempt, this.#impatience()]);
    }
    if (this.#held === undefined || !this.#isUsable()) throw this.#trouble;
    return this.#held.value;
  }

  /** At most `ageSecondsMax` old. Throws what keeps it from being read. */
  async getFresh(ageSecondsMax: number): Promise<T> {
    const value = await this.get(ageSecondsMax);
    if (this.#age() > ageSecondsMax) throw this.#trouble;
    return value;
  }

  /** s */
  #age(): number {
    return this.#held === undefined ? Number.POSITIVE_INFINITY : (this.#clock() - this.#held.readAt) / 1_000;
  }

  #isUsable(): boolean {
    const { refreshSeconds, staleSecondsMax } = this.#freshness;
    return this.#age() <= Math.max(refreshSeconds, staleSecondsMax);
  }

  /** Ends with the attempt that is being made, or makes one if the last is long enough ago. Never rejects. */
  async #refresh(): Promise<void> {
    if (this.#attempt === undefined && this.#clock() - this.#attemptedAt >= attemptMsMin) {
      this.#attempt = this.#readAnew().finally(() => {
        this.#attempt = undefined;
      });
    }
    return this.#attempt;
  }

  /** Ends when the attempt has been waited for long enough. Keeps no process alive. */
  async #impatience(): Promise<void> {
    const waitedMs = this.#clock() - this.#attemptedAt;
    await delay(Math.max(0, patienceMs - waitedMs), undefined, { ref: false });
  }

  async #readAnew(): Promise<void> {
    // A value is as old as the moment at which its reading began.
    const readAt = this.#clock();
    this.#attemptedAt = readAt;
    try {
      this.#held = { value: await this.#read(), readAt };
    } catch (error) {
      this.#trouble = error;
      this.#freshness.onTrouble(error);
    }
  }
}

function notYet(): HepastageError {
  return new HepastageError(ErrorCode.STORE_UNAVAILABLE, {
    what: 'the object store did not answer in time',
    action: 'try again later',
  });
}
