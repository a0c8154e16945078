import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { answered } from '../redis/connection.ts';

/** What a study that waits has before it. */
export interface QueuePlace {
  /** Studies that workers take before it. */
  readonly ahead: number;
  /** When it may be taken at the earliest, ms since 1970; undefined: now. */
  readonly dueMs?: number;
}

/** What happens to the studies that wait, as of one moment. */
export interface QueueOutlook {
  /** Studies that workers have in hand. */
  readonly inHand: number;
  /** An operator has stopped it: nothing is taken until it goes on. */
  readonly isPaused: boolean;
  /** By job id; none of one that does not wait. */
  readonly places: ReadonlyMap<string, QueuePlace>;
}

/** How deep the lane of STAT studies is searched: Redis walks through a list. What waits, and is nowhere else, lies deeper, and counts as its last. */
const searchedMax = 1_000;
/** BullMQ orders delayed jobs by the time that they are due, ms, times this. */
const delayedScale = 0x1000;

type Reply = readonly [Error | null, unknown];

/** Where studies are in the queue: one round trip however many they are, O(log n) for each of the routine ones. */
export async function readOutlook(
  queue: Queue,
  redis: Redis,
  jobIds: readonly string[],
): Promise<QueueOutlook> {
  const [stat, routine, delayed] = (['wait', 'prioritized', 'delayed'] as const).map((key) => queue.toKey(key)) as [string, string, string]; // prettier-ignore
  const pipeline = redis
    .pipeline()
    .llen(queue.toKey('active'))
    .hget(queue.toKey('meta'), 'paused')
    .llen(stat)
    .zcard(routine);
  for (const id of jobIds) {
    // Workers take from the end of the list.
    pipeline.lpos(stat, id, 'RANK', -1, 'MAXLEN', searchedMax).zrank(routine, id).zscore(delayed, id);
  }
  const replies = (await answered(pipeline.exec())) ?? [];
  const [inHand, paused, statLength, routineLength, ...found] = await answered(valuesOf(replies));
  const lanes = { stat: Number(statLength), routine: Number(routineLength) };
  const places = jobIds.flatMap((id, n) => {
    const place = placeOf(found.slice(3 * n, 3 * n + 3), lanes);
    return place === undefined ? [] : [[id, place] as const];
  });
  return { inHand: Number(inHand), isPaused: paused !== null, places: new Map(places) };
}

function placeOf(
  [inStat, inRoutine, dueScore]: readonly unknown[],
  { stat, routine }: { readonly stat: number; readonly routine: number },
): QueuePlace | undefined {
  if (typeof inStat === 'number') return { ahead: Math.max(0, stat - 1 - inStat) };
  if (typeof inRoutine === 'number') return { ahead: stat + inRoutine };
  // It goes behind those that wait by then: those of now are as good a guess.
  if (typeof dueScore === 'string')
    return { ahead: stat + routine, dueMs: Math.floor(Number(dueScore) / delayedScale) };
  return stat > searchedMax ? { ahead: stat - 1 } : undefined;
}

/** Rejects with the first error that there is. */
async function valuesOf(replies: readonly Reply[]): Promise<unknown[]> {
  return replies.map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
}
