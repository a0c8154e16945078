/**
 * Writes that go on while the next object comes in: at most `atOnce`, so that memory is bounded and a slow store slows the sender down. The first
 * failure is thrown by the next call.
 */
export class BackgroundWrites {
  readonly #atOnce: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Waits for room, then begins `write`. */
  async add(write: () => Promise<unknown>): Promise<void> {
    while (this.#running.size >= this.#atOnce) await Promise.race(this.#running);
    this.#throwFailure();
    const running: Promise<void> = this.#watch(write).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for all of them. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwFailure();
  }

  /** Waits for all of them, however they end: before anything that they wrote can be taken back. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #watch(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
