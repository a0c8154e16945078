import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { answered } from '../redis/connection.ts';

/** How many studies are looked at from each end of a lane, and of those that are put off: a look costs the same however many there are. */
const lookedAt = 50;

/**
 * When the oldest study came that no worker has, ms since 1970; Infinity: there is none. Studies that are put off for their next try count: while the object store
 * is away, they are all there are.
 *
 * No order is quite that of arrival: a study that comes back from a pause goes behind those that came later, so both ends of a lane are looked at. Pauses grow with the tries: those
 * that have waited longest come back last.
 */
export async function oldestStudyMs(queue: Pick<Queue, 'toKey'>, redis: Redis): Promise<number> {
  const [stat, routine, delayed] = ['wait', 'prioritized', 'delayed'].map((key) => queue.toKey(key)) as [string, string, string]; // prettier-ignore
  const ends = await answered(
    Promise.all([
      redis.lrange(stat, 0, lookedAt - 1),
      redis.lrange(stat, -lookedAt, -1),
      ...[routine, delayed].flatMap((key) => [
        redis.zrange(key, 0, `${lookedAt - 1}`),
        redis.zrange(key, -lookedAt, '-1'),
      ]),
    ]),
  );
  const times = await answered(
    Promise.all([...new Set(ends.flat())].map(async (id) => redis.hget(queue.toKey(id), 'timestamp'))),
  );
  // One that was taken out meanwhile has none.
  return Math.min(...times.flatMap((time) => (time === null ? [] : [Number(time)])));
}
