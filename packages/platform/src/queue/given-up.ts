import type { Job } from 'bullmq';

/** Whether an entry whose handling has failed will not be handled again: its tries are used up, or it has lost its worker too often. BullMQ tells of every failure in the same event. */
export function isGivenUp<T>(job: Job<T> | undefined, error: Error): job is Job<T> {
  return job !== undefined && (hasStalled(error) || Boolean(job.finishedOn));
}

/** Whether it was given up because it has lost its worker too often. */
export function hasStalled(error: Error): boolean {
  return error.message.startsWith('job stalled');
}
