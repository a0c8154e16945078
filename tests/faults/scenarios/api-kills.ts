import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

/** The API is killed while uploads are under way, between any two steps of accepting a study. What they leave behind its own sweeps erase. */
export const apiKills: Scenario = {
  name: 'api-kills',
  shape: {
    store: 's3',
    workers: 1,
    settings: {
      // What an upload left behind is erased after ten seconds: none takes longer here.
      HEPASTAGE_UPLOAD_MS_MAX: '9000',
      HEPASTAGE_HEADERS_MS_MAX: '9000',
      HEPASTAGE_REQUEST_MS_MAX: '10000',
      HEPASTAGE_ORPHAN_SECONDS: '10',
    },
  },
  uploadMsMax: 400,
  healsItself: true,
  forgets: false,
  async breakThings({ system: { api }, random, over, broke }) {
    for (let kills = 0; kills < killsMax && !over.aborted; kills++) {
      await delay(100 + random() * 1_500);
      if (over.aborted) return;
      await api.kill();
      broke('API killed');
      await api.restart();
    }
  },
};

/** A key whose upload was killed stays locked for a while: with no end of kills there would be no end of that. */
const killsMax = 20;
