/** Whether the service takes work. It begins ready, and stops once. */
export class Lifecycle {
  readonly #stopping = new AbortController();

  /** Aborts when the service begins to stop: nothing may wait for long after that. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  stop(): void {
    this.#stopping.abort();
  }
}
