import { DelayedError, type Job, WaitingError } from 'bullmq';

/** How long giving back what is in hand may take after the grace is over, ms. */
export const giveBackMsMax = 5_000;

/** Back into the queue, to be taken after `delayMs`. Spends no attempt. */
export async function giveBack(job: Job, token: string | undefined, delayMs: number): Promise<never> {
  await job.moveToDelayed(Date.now() + delayMs, token);
  throw new DelayedError();
}

/** Back to the front of its lane, to be taken at once. Spends no attempt. */
export async function giveBackToFront(job: Job, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
