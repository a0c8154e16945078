import { DelayedError, type Job, WaitingError } from 'bullmq';

/** Back into its queue, to be taken after `delayMs`. Spends no attempt. */
export async function giveBack(job: Job, token: string | undefined, delayMs: number): Promise<never> {
  await job.moveToDelayed(Date.now() + delayMs, token);
  throw new DelayedError();
}

/** Back to the front of its lane, to be taken at once. Spends no attempt. */
export async function giveBackToFront(job: Job, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
