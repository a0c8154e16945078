/** Steps that take back what was done, last first, unless it is disarmed before its scope ends. A step that fails is reported; the others still run. */
export class Rollback implements AsyncDisposable {
  readonly #onError: (error: unknown) => void;
  #steps: (() => Promise<void>)[] = [];

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Add a step before its deed: a deed that fails may have been done all the same. */
  add(step: () => Promise<void>): void {
    this.#steps.push(step);
  }

  disarm(): void {
    this.#steps = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const step of this.#steps.toReversed()) await step().catch(this.#onError);
  }
}
