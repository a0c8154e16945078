/** What becomes of the steps before one that fails: they run all the same, or what they would take back is needed still, and stays. */
export type AfterFailure = 'go on' | 'stop';

interface Step {
  readonly run: () => Promise<void>;
  readonly afterFailure: AfterFailure;
}

/** Steps that take back what was done, last first, unless it is disarmed before its scope ends. A step that fails is reported. */
export class Rollback implements AsyncDisposable {
  readonly #onError: (error: unknown) => void;
  #steps: Step[] = [];
  #isArmed = true;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Add a step before its deed: a deed that fails may have been done all the same. */
  add(run: () => Promise<void>, afterFailure: AfterFailure = 'go on'): void {
    if (this.#isArmed) this.#steps.push({ run, afterFailure });
  }

  /** Nothing is taken back, whatever is added later. */
  disarm(): void {
    this.#isArmed = false;
    this.#steps = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { run, afterFailure } of this.#steps.toReversed()) {
      try {
        await run();
      } catch (error) {
        this.#onError(error);
        if (afterFailure === 'stop') return;
      }
    }
  }
}
