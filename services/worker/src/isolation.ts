import type { Worker } from 'bullmq';

/**
 * Keeps a study that may have killed its worker away from all others.
 *
 * Whatever was in hand when a worker died has stalled, and is a suspect from then on: one of them may have done it, and the others must neither die with it again nor
 * be given up in its place. (What stalled because Redis was away, or because its worker was frozen, is a suspect, too: for that it only waits.)
 *
 * Invariant: while a suspect is worked on, its worker holds the lock of no other study, so that its death counts against this one alone.
 *
 * A suspect that is met beside others goes back to the front of the queue, and from then on studies are taken one by one: BullMQ takes none while one is in
 * hand. So the suspect comes again when the others have ended, alone, or goes to another worker. The first study that comes alone and is no suspect opens the worker
 * for as many as before.
 */
export class Isolation {
  readonly #worker: Pick<Worker, 'concurrency'>;
  readonly #concurrencyMax: number;
  #inHand = 0;

  constructor(worker: Pick<Worker, 'concurrency'>) {
    this.#worker = worker;
    this.#concurrencyMax = worker.concurrency;
  }

  /** Runs the study, or gives it back. Must be called as soon as BullMQ hands the study out: what it decides holds from its next fetch on. */
  async admit(isSuspect: boolean, run: () => Promise<void>, giveBack: () => Promise<void>): Promise<void> {
    const isAlone = this.#inHand === 0;
    const isAdmitted = !isSuspect || (isAlone && this.#worker.concurrency === 1);
    if (!isAdmitted) this.#worker.concurrency = 1;
    else if (isAlone && !isSuspect) this.#worker.concurrency = this.#concurrencyMax;
    this.#inHand++;
    try {
      await (isAdmitted ? run() : giveBack());
    } finally {
      this.#inHand--;
    }
  }
}
