import type { Queue } from 'bullmq';
import { answered } from '../redis/connection.ts';

export const countedStates = ['waiting', 'prioritized', 'active', 'delayed', 'failed'] as const;

/** How many jobs a queue has in each state. Of studies the STAT ones are `waiting` and the routine ones `prioritized`; other queues have no lanes. */
export type QueueCounts = Readonly<Record<(typeof countedStates)[number], number>>;

export async function countJobs(queue: Queue): Promise<QueueCounts> {
  const counts = await answered(queue.getJobCounts(...countedStates));
  const count = (state: string) => counts[state] ?? 0;
  return {
    waiting: count('waiting'),
    prioritized: count('prioritized'),
    active: count('active'),
    delayed: count('delayed'),
    failed: count('failed'),
  };
}
