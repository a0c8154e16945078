import { setTimeout as delay } from 'node:timers/promises';
import type { Locks, Logger } from '@hepastage/platform';
import { HepastageError } from '@hepastage/proto';
import type { ReconcileReport } from './reconcile.ts';

/** How often a replica asks whether it is its turn, ms. Redis that lost everything has lost that, too: then it is at once. */
const askMs = 15_000;
/** How long an end waits for what the sweep is at, ms. Whatever is left undone is found by the next one. */
const stopMsMax = 5_000;

export interface SweeperOptions {
  readonly locks: Pick<Locks, 'isTurn'>;
  /** From the beginning of one sweep to that of the next, over all replicas, ms. */
  readonly everyMs: number;
  readonly sweep: (signal: AbortSignal) => Promise<ReconcileReport>;
  readonly onReport: (report: ReconcileReport) => void;
  readonly logger: Logger;
}

/** Reconciles in the background, on one replica at a time. */
export class Sweeper implements AsyncDisposable {
  readonly #options: SweeperOptions;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Stops between two jobs; bounded. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.race([this.#running, delay(stopMsMax, undefined, { ref: false })]);
  }

  async #run(): Promise<void> {
    const { everyMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#sweepIfTurn();
      await delay(Math.min(askMs, everyMs), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #sweepIfTurn(): Promise<void> {
    const { locks, everyMs, sweep, onReport, logger } = this.#options;
    const { signal } = this.#stopping;
    try {
      if (!(await locks.isTurn('sweep', everyMs))) return;
      const begun = performance.now();
      const report = await sweep(signal);
      onReport(report);
      logger.info({ report, ms: Math.round(performance.now() - begun) }, 'reconciled');
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: HepastageError.from(error) }, 'not reconciled');
    }
  }
}
