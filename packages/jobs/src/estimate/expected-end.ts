/** What is known of a job that has not ended. */
export interface Standing {
  /** How long an attempt takes as a rule, ms. */
  readonly serviceMs: number;
  /** Since when a worker has it, ms since 1970; undefined: none has. */
  readonly begunMs?: number | undefined;
  /** Studies that workers take before it. */
  readonly ahead: number;
  /** Studies that workers have in hand: how many are served at once. */
  readonly inHand: number;
  /** When it may be taken at the earliest, ms since 1970. */
  readonly dueMs?: number | undefined;
  /** Since when it waits, ms since 1970. */
  readonly queuedMs: number;
  /** When a study has ended last, ms since 1970. */
  readonly lastEndMs: number;
}

/** For how long a study may wait first in a queue that nobody works on before that means that nobody will, ms: an idle worker takes it within milliseconds. */
const takenWithinMs = 5_000;
/** For how long after a study has ended a worker is taken to be there still, ms: Kubernetes keeps the last one for 15 minutes (infra/k8s/components/autoscaling). */
const attendedMs = 10 * 60_000;
/** An attempt that has taken as long as usual takes at least this part of it more … */
const remainderMin = 1 / 4;
/** … and of one that has taken so many times as long nothing is known any more. */
const overdueRatio = 4;

/**
 * When a job ends, ms since 1970; undefined where nobody can tell.
 *
 * By Little's law studies leave at the rate (studies in hand) / (time of an attempt), whatever the workers share among those in hand: a study waits until those before it and one in
 * hand have left, and then takes as long as any. Of a study in hand half is done, on average. Assumed: as many studies are in hand all the while (a queue in which something waits
 * keeps its workers busy), no worker comes or goes, and those before it are like those of before.
 */
export function expectedEndMs(standing: Standing, nowMs: number): number | undefined {
  const { serviceMs, begunMs, ahead, inHand, dueMs = 0 } = standing;
  if (begunMs !== undefined) return endOfAttemptMs(begunMs, serviceMs, nowMs);
  if (inHand === 0 && !isTakenAtOnce(standing, nowMs)) return undefined;
  const freeMs = inHand > 0 ? ((ahead + 0.5) * serviceMs) / inHand : 0;
  return Math.max(nowMs + freeMs, dueMs) + serviceMs;
}

/** Whether an idle worker is there to take it. With none, as in a cluster at rest, one must be started first: nobody knows how long that takes. */
function isTakenAtOnce({ ahead, dueMs = 0, queuedMs, lastEndMs }: Standing, nowMs: number): boolean {
  const isNew = nowMs - Math.max(queuedMs, dueMs) < takenWithinMs;
  return ahead === 0 && isNew && nowMs - lastEndMs < attendedMs;
}

function endOfAttemptMs(begunMs: number, serviceMs: number, nowMs: number): number | undefined {
  const elapsedMs = nowMs - begunMs;
  if (elapsedMs > overdueRatio * serviceMs) return undefined;
  return nowMs + Math.max(serviceMs - elapsedMs, remainderMin * serviceMs);
}
