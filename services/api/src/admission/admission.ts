import { setTimeout as delay } from 'node:timers/promises';
import type { Logger, ObjectStore, StudyQueue } from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { AdmissionConfig } from './admission-settings.ts';

export interface AdmissionDeps {
  readonly config: AdmissionConfig;
  readonly queue: Pick<StudyQueue, 'oldestWaitSeconds' | 'memoryShare'>;
  readonly store: Pick<ObjectStore, 'check'>;
  readonly logger: Logger;
}

/** Share of its memory that Redis may have in use before no more studies are taken: what is accepted needs the rest. */
const memoryShareMax = 0.95;

/**
 * Backpressure: whether the service takes studies. It looks after its stores in the background, so that a client hears within a millisecond, before it sends a body, that
 * what it would send can't be kept or would wait too long. Studies that were accepted are not touched.
 */
export class Admission implements AsyncDisposable {
  readonly #deps: AdmissionDeps;
  readonly #stopping = new AbortController();
  #refusal: HepastageError | undefined;
  #watching: Promise<void> = Promise.resolve();

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
  }

  /** Throws STORE_FULL, STORE_DENIED, STORE_UNAVAILABLE, QUEUE_FULL, QUEUE_UNAVAILABLE, OVERLOADED, each with the time to come back. */
  assertOpen(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  get isOpen(): boolean {
    return this.#refusal === undefined;
  }

  /** From now on it looks again and again. */
  watch(): void {
    this.#watching = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#watching;
  }

  /** Looks once. */
  async look(): Promise<void> {
    const { logger } = this.#deps;
    const before = this.#refusal;
    this.#refusal = await this.#findRefusal();
    if (before?.code === this.#refusal?.code) return;
    if (this.#refusal === undefined) logger.info('studies are taken again');
    else logger.error({ err: this.#refusal }, 'no studies are taken');
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.look();
      const { admissionMs } = this.#deps.config;
      await delay(admissionMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #findRefusal(): Promise<HepastageError | undefined> {
    const { store } = this.#deps;
    const checks = [store.check(), this.#checkMemory(), this.#checkAge()].map(async (check) =>
      this.#inTime(check),
    );
    const failed = (await Promise.allSettled(checks)).find(({ status }) => status === 'rejected');
    return failed?.status === 'rejected' ? this.#withTime(HepastageError.from(failed.reason)) : undefined;
  }

  async #checkMemory(): Promise<void> {
    const share = await this.#deps.queue.memoryShare();
    if (share === undefined || share <= memoryShareMax) return;
    throw new HepastageError(ErrorCode.QUEUE_FULL, {
      what: 'Redis is almost out of memory',
      expected: `at most ${memoryShareMax * 100} % in use`,
      received: `${Math.round(share * 100)} %`,
      action: 'send the study again later',
    });
  }

  async #checkAge(): Promise<void> {
    const { queueAgeSecondsMax } = this.#deps.config;
    if (queueAgeSecondsMax === 0) return;
    // Not its age: who pauses the queue wants studies to come in, also once it goes on.
    const waited = Math.round(await this.#deps.queue.oldestWaitSeconds());
    if (waited <= queueAgeSecondsMax) return;
    throw new HepastageError(ErrorCode.OVERLOADED, {
      what: 'studies wait longer than they may: no more are taken',
      expected: `at most ${queueAgeSecondsMax} s`,
      received: `${waited} s`,
      action: 'send the study again later',
    });
  }

  /** What does not answer in time does not answer. */
  async #inTime(check: Promise<void>): Promise<void> {
    const done = new AbortController();
    const late = delay(this.#deps.config.probeMsMax, undefined, { signal: done.signal }).then(() => {
      throw new HepastageError(ErrorCode.STORE_UNAVAILABLE, {
        what: 'object store or queue does not answer in time',
        action: 'send the study again later',
      });
    });
    try {
      await Promise.race([check, late]);
    } finally {
      done.abort();
      late.catch(() => undefined);
    }
  }

  #withTime(error: HepastageError): HepastageError {
    const { retryAfterSeconds = this.#deps.config.admissionRetrySeconds } = error.details;
    return new HepastageError(error.code, { ...error.details, retryAfterSeconds, cause: error.cause });
  }
}
