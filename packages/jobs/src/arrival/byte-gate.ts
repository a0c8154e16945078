/** Lets as much work go on at once as holds `bytesMax` together, and what holds more alone; in the order in which it came. */
export class ByteGate {
  readonly #bytesMax: number;
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];
  #held = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Waits for room, then for `work`, which holds `bytes` as long as it lasts. */
  async during<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ bytes, enter: resolve });
    this.#letIn();
    await promise;
    try {
      return await work();
    } finally {
      this.#held -= bytes;
      this.#letIn();
    }
  }

  #letIn(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || (this.#held > 0 && this.#held + next.bytes > this.#bytesMax)) return;
      this.#waiting.shift();
      this.#held += next.bytes;
      next.enter();
    }
  }
}
