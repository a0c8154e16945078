import { setTimeout as delay } from 'node:timers/promises';

/** Longest that a service which stops waits on for uploads whose connections were cut off, ms: a store that hangs must not hold up its end. */
const takeBackMsMax = 3_000;

/** Uploads in hand. One whose connection was cut off still takes back what it wrote: nothing that it needs for that may be closed before. */
export class RunningUploads {
  readonly #running = new Set<Promise<unknown>>();

  /** Waits for `work`, which is among those in hand as long as it lasts. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  async ended(): Promise<void> {
    await Promise.race([Promise.allSettled(this.#running), delay(takeBackMsMax, undefined, { ref: false })]);
  }
}
