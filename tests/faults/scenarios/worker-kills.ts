import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

/** Workers are killed at random moments, now one and now all of them, and started again. */
export const workerKills: Scenario = {
  name: 'worker-kills',
  shape: { store: 'directory', workers: 2 },
  uploadMsMax: 0,
  healsItself: true,
  forgets: false,
  async breakThings({ system: { workers }, random, over, broke }) {
    while (!over.aborted) {
      await delay(200 + random() * 2_500);
      if (over.aborted) return;
      const isAll = random() < 0.2;
      const victims = isAll ? workers : [workers[Math.floor(random() * workers.length)]!];
      await Promise.all(victims.map(async (worker) => worker.kill()));
      broke(`${isAll ? 'all workers' : `worker ${workers.indexOf(victims[0]!)}`} killed`);
      await Promise.all(victims.map(async (worker) => worker.restart()));
    }
  },
};
