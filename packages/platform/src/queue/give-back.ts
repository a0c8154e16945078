import { DelayedError, type Job, WaitingError, type Worker } from 'bullmq';
import type { Redis } from 'ioredis';

/** Back into its queue, to be taken after `delayMs`. Spends no attempt. */
export async function giveBack(job: Job, token: string | undefined, delayMs: number): Promise<never> {
  await job.moveToDelayed(Date.now() + delayMs, token);
  throw new DelayedError();
}

/** Back to the front of its lane, to be taken at once. Spends no attempt. */
export async function giveBackToFront(
  job: Job,
  token: string | undefined,
  worker: Pick<Worker, 'toKey'>,
  redis: Redis,
): Promise<never> {
  await job.moveToWait(token);
  // BullMQ (6.7) wakes no idle worker where the job has a priority: it would be found when one looks by itself, 5 s later. So it is if this fails.
  await redis.zadd(worker.toKey('marker'), 0, '0').catch(() => undefined);
  throw new WaitingError();
}
