import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

/** Workers are frozen for longer than their locks last (2 s), so that others take their studies over, and thaw with what they still mean to write. */
export const frozenWorkers: Scenario = {
  name: 'frozen-workers',
  shape: {
    store: 'directory',
    workers: 3,
    // Slices wait for company, so that studies are in hand when their worker freezes.
    settings: { HEPASTAGE_BATCH_DELAY_MS_MAX: '500', HEPASTAGE_BATCH_SLICES_MAX: '96' },
  },
  uploadMsMax: 0,
  healsItself: true,
  forgets: false,
  async breakThings({ system: { workers }, random, over, broke }) {
    while (!over.aborted) {
      await delay(100 + random() * 600);
      if (over.aborted) return;
      const victim = Math.floor(random() * workers.length);
      workers[victim]!.freeze();
      broke(`worker ${victim} frozen`);
      await delay(3_000 + random() * 3_000);
      workers[victim]!.thaw();
    }
  },
};
