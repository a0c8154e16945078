import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { StudyJobData } from '@hepastage/platform';
import type { Worker } from 'bullmq';

/** How often a canary that holds back looks which study is next, ms. */
const lookMs = 500;

type PausableWorker = Pick<Worker<StudyJobData>, 'isPaused' | 'on' | 'pause' | 'resume'>;

/**
 * Holds a canary back while the next study is none for it: whoever names a model gets that one, from a worker that serves it.
 *
 * A worker can't choose: BullMQ hands out what is next. The first study that names a model goes back to the front of its lane at once (study-consumer.ts), its priority
 * and its attempts as they were, and the canary takes nothing more. It only looks, until another study is next. So the next worker that has a place takes what is next, as if there were no canary. A study
 * behind it that the canary could take waits for that, too: the order is worth more than the canary's share.
 *
 * The pause is this worker's alone. A rate limit would hold all others back with it.
 */
export class Canary {
  readonly #worker: PausableWorker;
  readonly #next: () => Promise<StudyJobData | undefined>;
  readonly #stopping = new AbortController();

  constructor(worker: PausableWorker, next: () => Promise<StudyJobData | undefined>) {
    this.#worker = worker;
    this.#next = next;
    // BullMQ says so before it fetches one more, however many places are free: so only one study has to go back.
    worker.on('active', ({ data }) => {
      if (namesModel(data) && !worker.isPaused()) void this.#holdBack();
    });
  }

  async #holdBack(): Promise<void> {
    await this.#worker.pause(true);
    const { signal } = this.#stopping;
    do await delay(lookMs, undefined, { signal }).catch(() => undefined);
    while (!signal.aborted && !(await this.#mayGoOn()));
    // BullMQ's loop may be about to end as the answer comes in, and would end for good: in a turn of its own it has ended, or has not begun to.
    await nextTurn();
    if (!signal.aborted) await this.#worker.resume();
  }

  async #mayGoOn(): Promise<boolean> {
    try {
      const next = await this.#next();
      return next === undefined || !namesModel(next);
    } catch {
      // Redis is away, which the worker says itself.
      return false;
    }
  }

  /** For good: what stops the worker must not start it again. */
  stop(): void {
    this.#stopping.abort();
  }
}

export function namesModel({ metadata }: StudyJobData): boolean {
  return metadata?.model !== undefined && metadata.model !== '';
}
