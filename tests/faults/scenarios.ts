import type { Scenario } from './scenario.ts';
import { apiKills } from './scenarios/api-kills.ts';
import { frozenWorkers } from './scenarios/frozen-workers.ts';
import { redisKills, redisPowerLosses } from './scenarios/redis-kills.ts';
import { redisLosses, unattendedRedisLosses } from './scenarios/redis-losses.ts';
import { s3Faults } from './scenarios/s3-faults.ts';
import { workerKills } from './scenarios/worker-kills.ts';

/** Every way in which a system is broken here. */
export const scenarios: readonly Scenario[] = [
  workerKills,
  frozenWorkers,
  apiKills,
  redisKills,
  redisPowerLosses,
  redisLosses,
  unattendedRedisLosses,
  s3Faults,
];
