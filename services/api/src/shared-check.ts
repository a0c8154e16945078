export interface SharedCheckOptions {
  /** How long an outcome stands, ms. */
  readonly keptMs: number;
  /** ms, never going back. */
  readonly clock?: () => number;
}

/** One check for all who ask: whoever asks while it runs waits for the same one, and its outcome, good or bad, stands for a while. */
export class SharedCheck<T> {
  readonly #check: () => Promise<T>;
  readonly #keptMs: number;
  readonly #clock: () => number;
  #last: Promise<T> | undefined;
  /** When the last one ended; undefined while it runs. */
  #endedAt: number | undefined;

  constructor(check: () => Promise<T>, { keptMs, clock = () => performance.now() }: SharedCheckOptions) {
    this.#check = check;
    this.#keptMs = keptMs;
    this.#clock = clock;
  }

  /** Its outcome. Throws what it throws. */
  async outcome(): Promise<T> {
    if (this.#last === undefined || this.#isOld()) {
      this.#endedAt = undefined;
      this.#last = this.#check().finally(() => {
        this.#endedAt = this.#clock();
      });
    }
    return this.#last;
  }

  #isOld(): boolean {
    return this.#endedAt !== undefined && this.#clock() - this.#endedAt >= this.#keptMs;
  }
}
