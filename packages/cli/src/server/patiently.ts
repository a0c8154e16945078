import { setTimeout as delay } from 'node:timers/promises';
import { HepastageError } from '@hepastage/proto';
import { ServerProblem } from './server-problem.ts';

/** First pause before another try, ms; each is twice as long as the one before. */
const pauseMsMin = 250;
const pauseMsMax = 5_000;

export interface Patience {
  /** How long to try on after the first failure, s. */
  readonly seconds: number;
  /** Told of each failure that is tried again. */
  readonly onTrouble?: (trouble: HepastageError | ServerProblem) => void;
}

/** Tries until it succeeds, fails with what does not pass by itself, or the patience is over: then throws the last failure. Waits for as long as Retry-After says. */
export async function patiently<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
  let deadline: number | undefined;
  for (let pauseMs = pauseMsMin; ; pauseMs = Math.min(2 * pauseMs, pauseMsMax)) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error)) throw error;
      const asked = error instanceof ServerProblem ? error.retryAfterMs : undefined;
      const waitMs = Math.max(pauseMsMin, asked ?? pauseMs);
      deadline ??= performance.now() + patience.seconds * 1_000;
      if (performance.now() + waitMs > deadline) throw error;
      patience.onTrouble?.(error);
      await delay(waitMs);
    }
  }
}

function mayPass(error: unknown): error is HepastageError | ServerProblem {
  return (error instanceof ServerProblem || error instanceof HepastageError) && error.retryable;
}
