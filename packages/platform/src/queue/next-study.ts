import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { StudyJobData } from './queue-contract.ts';

/** The study that workers take next, as it was queued; undefined where none waits. Only looks. */
export async function nextStudy(
  queue: Pick<Queue, 'toKey'>,
  redis: Redis,
): Promise<StudyJobData | undefined> {
  // Workers take from the end of the list, and its studies first.
  const stat = await redis.lindex(queue.toKey('wait'), -1);
  const id = stat ?? (await redis.zrange(queue.toKey('prioritized'), 0, '0'))[0];
  const data = id === undefined ? null : await redis.hget(queue.toKey(id), 'data');
  return data === null ? undefined : (JSON.parse(data) as StudyJobData);
}
