import { setTimeout as delay } from 'node:timers/promises';
import type { FaultRun, Scenario } from '../scenario.ts';

/** What an upload left behind is found after ten seconds: none takes longer here. */
const settings = {
  HEPASTAGE_UPLOAD_MS_MAX: '9000',
  HEPASTAGE_HEADERS_MS_MAX: '9000',
  HEPASTAGE_REQUEST_MS_MAX: '10000',
  HEPASTAGE_ORPHAN_SECONDS: '10',
};

/** Redis is killed, stays away for up to three seconds, and comes back with its files: it had appended all that it had answered. */
export const redisKills: Scenario = {
  name: 'redis-kills',
  shape: { store: 'directory', workers: 2, settings },
  uploadMsMax: 100,
  healsItself: true,
  forgets: false,
  async breakThings(run) {
    await killAgainAndAgain(run, 0);
  },
};

/** The machine dies with it, and with `appendfsync everysec` the last second is lost: what clients had seen already may have gone with it, for a while. */
export const redisPowerLosses: Scenario = {
  name: 'redis-power-losses',
  shape: { store: 'directory', workers: 2, settings },
  uploadMsMax: 100,
  healsItself: true,
  forgets: true,
  async breakThings(run) {
    await killAgainAndAgain(run, 1_000);
  },
};

async function killAgainAndAgain(
  { system: { redis }, random, over, broke }: FaultRun,
  lostMs: number,
): Promise<void> {
  for (let kills = 0; kills < killsMax && !over.aborted; kills++) {
    await delay(500 + random() * 2_500);
    if (over.aborted) return;
    await redis.kill(lostMs);
    broke(lostMs > 0 ? `Redis killed, and its last ${lostMs} ms lost` : 'Redis killed');
    await delay(random() * 3_000);
    await redis.restart();
  }
}

/** A key whose lock could not be given up stays locked for a while: with no end of kills there would be no end of that. */
const killsMax = 10;
