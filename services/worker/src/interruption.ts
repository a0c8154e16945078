import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Why a study is stopped from outside. */
export const interruptions = {
  /** Its owner deleted it. */
  cancelled: () =>
    new HepastageError(ErrorCode.JOB_CANCELLED, { what: 'the job was cancelled by its owner' }),
  /** Another attempt has it, or its record ended: nothing that this attempt does counts any more. */
  superseded: () =>
    new HepastageError(ErrorCode.JOB_SUPERSEDED, {
      what: 'another attempt of the job took over, or the job ended',
    }),
  /** The worker is shutting down and gives it back. */
  shutdown: () => new HepastageError(ErrorCode.NOT_READY, { what: 'the worker is shutting down' }),
  timeout: (seconds: number) =>
    new HepastageError(ErrorCode.JOB_TIMEOUT, {
      what: 'the job took too long',
      expected: `at most ${seconds} s`,
      action: 'send the study again when the service is less busy, or raise HEPASTAGE_JOB_SECONDS_MAX',
    }),
};

/** The studies that this worker has in hand, each of them once, and the way to stop each. */
export class Interruptions {
  readonly #controllers = new Map<string, AbortController>();
  #all: HepastageError | undefined;

  has(jobId: string): boolean {
    return this.#controllers.has(jobId);
  }

  /** Runs `work` with a signal that aborts when the job is interrupted or has lasted `secondsMax`. */
  async during<T>(jobId: string, secondsMax: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.has(jobId)) throw new RangeError(`job ${jobId} is in hand already`);
    const controller = new AbortController();
    if (this.#all !== undefined) controller.abort(this.#all);
    const timer = setTimeout(() => controller.abort(interruptions.timeout(secondsMax)), secondsMax * 1_000);
    this.#controllers.set(jobId, controller);
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
      this.#controllers.delete(jobId);
    }
  }

  interrupt(jobId: string, reason: HepastageError): void {
    this.#controllers.get(jobId)?.abort(reason);
  }

  /** Interrupts every study, those that begin later included. */
  interruptAll(reason: HepastageError): void {
    this.#all = reason;
    for (const controller of this.#controllers.values()) controller.abort(reason);
  }
}
