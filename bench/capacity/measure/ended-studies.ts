import { setTimeout as delay } from 'node:timers/promises';
import { samplesOf } from '../../../tests/helpers/metrics.ts';

const pollMs = 200;

/** How many attempts at studies the worker at `url` has ended so far. */
export async function endedStudies(url: string): Promise<number> {
  return (await samplesOf(url, 'hepastage_jobs_total')).reduce((sum, { value }) => sum + value, 0);
}

/** Waits until it has ended so many. */
export async function untilEnded(url: string, studies: number): Promise<void> {
  while ((await endedStudies(url)) < studies) await delay(pollMs);
}
