import { expectedEndMs } from '@hepastage/jobs';
import {
  type MemoryUse,
  type QueueEntry,
  type QueueReport,
  serviceMsAt,
  lastEndMs,
  type ServiceTime,
} from '@hepastage/platform';
import type { QueueParts } from './with-queue.ts';

/** What operators want to know of the queues at a glance. */
export interface QueueOverview {
  readonly queues: readonly QueueReport[];
  /** The studies that wait longest: STAT, then routine. */
  readonly oldest: readonly QueueEntry[];
  /** The first hundred studies that workers have in hand, and that were put off. */
  readonly inHand: readonly QueueEntry[];
  readonly delayed: readonly QueueEntry[];
  readonly serviceTimes: readonly ServiceTime[];
  /** When all that waits now is done, if nothing more comes; undefined where nobody can tell, or nothing waits. */
  readonly drainedAt: Date | undefined;
  readonly redis: MemoryUse;
}

/** Most entries of one kind that are shown. */
const shownMax = 100;

export async function readOverview(
  { inspector, status }: QueueParts,
  now = new Date(),
): Promise<QueueOverview> {
  const [queues, oldest, inHand, delayed, serviceTimes, redis] = await Promise.all([
    inspector.queues(),
    inspector.oldestWaiting(),
    inspector.inHand(shownMax),
    inspector.delayed(shownMax),
    status.serviceTimes(),
    inspector.memory(),
  ]);
  const drainedAt = drained(queues[0]!, oldest, serviceTimes, now);
  return { queues, oldest, inHand, delayed, serviceTimes, drainedAt, redis };
}

/** That is when the last one that waits now ends. */
function drained(
  { waiting, prioritized, active: inHand, isPaused }: QueueReport,
  oldest: readonly QueueEntry[],
  times: readonly ServiceTime[],
  now: Date,
): Date | undefined {
  const waits = waiting + prioritized;
  const serviceMs = serviceMsAt(times, inHand);
  if (waits === 0 || isPaused || serviceMs === undefined) return undefined;
  const queuedMs = Math.min(...oldest.map(({ at }) => at.getTime()));
  const endMs = expectedEndMs(
    { serviceMs, ahead: waits - 1, inHand, queuedMs, lastEndMs: lastEndMs(times) },
    now.getTime(),
  );
  return endMs === undefined ? undefined : new Date(endMs);
}
