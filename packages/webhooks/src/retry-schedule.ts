/** How much later than its time a try may come, as a share of the pause: those that failed together don't come back together. */
const jitter = 0.2;

/**
 * The pause before the next try, ms; undefined: there is none any more. A target that asks for more time gets it, up to the longest pause there is.
 *
 * @param triesMade tries so far, at least 1
 * @param askedMs what the target asked for
 */
export function pauseMs(
  pausesSeconds: readonly number[],
  triesMade: number,
  askedMs = 0,
  random = Math.random,
): number | undefined {
  const seconds = pausesSeconds[triesMade - 1];
  if (seconds === undefined) return undefined;
  const longestMs = Math.max(...pausesSeconds) * 1_000;
  const scheduledMs = seconds * 1_000 * (1 + jitter * random());
  return Math.round(Math.max(scheduledMs, Math.min(askedMs, longestMs)));
}

/** A Retry-After header (RFC 9110, 10.2.3), seconds or a date, as ms from `now`; undefined where it says neither. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
