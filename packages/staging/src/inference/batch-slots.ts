/** Places for batches at the engine, shared by all of a model's batchers: slices that find no place gather, and leave together. */
export class BatchSlots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Takes a place, or calls `whenFree` once there may be one. */
  take(whenFree: () => void): boolean {
    if (this.#free === 0) {
      this.#waiting.add(whenFree);
      return false;
    }
    this.#free--;
    return true;
  }

  release(): void {
    this.#free++;
    // Whoever has waited longest goes first, and queues again behind the others if it must.
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    next();
  }
}
