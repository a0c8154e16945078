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
    // Whoever has waited longest goes first, and queues again behind the others if it must. Who has nothing left to send leaves the place to the next.
    for (const next of this.#waiting) {
      if (this.#free === 0) return;
      this.#waiting.delete(next);
      next();
    }
  }
}
