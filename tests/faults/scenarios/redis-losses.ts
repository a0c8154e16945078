import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { FaultRun, Scenario } from '../scenario.ts';

/** Redis loses everything, and an operator runs `hepastage reconcile`. */
export const redisLosses: Scenario = {
  name: 'redis-losses',
  // The API's own sweep comes once, at the start.
  shape: { store: 'directory', workers: 2, settings: { HEPASTAGE_SWEEP_SECONDS: '86400' } },
  uploadMsMax: 100,
  healsItself: false,
  forgets: false,
  async breakThings(run) {
    await flushAgainAndAgain(run, async () => {
      const { exitCode, stderr } = await run.system.command('reconcile');
      if (exitCode !== 0) throw new Error(`hepastage reconcile ended with ${exitCode}: ${stderr}`);
    });
  },
};

/** Redis loses everything, and nobody does anything. */
export const unattendedRedisLosses: Scenario = {
  name: 'unattended-redis-losses',
  shape: { store: 'directory', workers: 2 },
  uploadMsMax: 100,
  healsItself: true,
  forgets: false,
  async breakThings(run) {
    await flushAgainAndAgain(run, async () => undefined);
  },
};

async function flushAgainAndAgain(
  { system, random, over, broke }: FaultRun,
  heal: () => Promise<void>,
): Promise<void> {
  while (!over.aborted) {
    await delay(500 + random() * 3_000);
    if (over.aborted) return;
    await flush(system.redis.url);
    broke('Redis flushed');
    await heal();
  }
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
