import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { answered } from '../redis/connection.ts';

/** Lets a queue that is paused go on, and notes when that was. */
export async function resumeQueue(queue: Queue, redis: Redis): Promise<void> {
  // First, so that whoever finds that the queue goes on finds since when.
  if (await answered(queue.isPaused())) await answered(redis.set(resumedKey(queue), Date.now()));
  await answered(queue.resume());
}

/** Since when workers may take from the queue, ms since 1970: 0 if it never was paused, Infinity while it is. */
export async function openSinceMs(queue: Queue, redis: Redis): Promise<number> {
  if (await answered(queue.isPaused())) return Infinity;
  return Number(await answered(redis.get(resumedKey(queue))));
}

/** Beside BullMQ's own keys of the queue: jobs have UUIDs in this place. */
function resumedKey(queue: Queue): string {
  return queue.toKey('resumed-at');
}
