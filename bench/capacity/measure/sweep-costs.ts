import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { hepastageWith } from '../../../tests/helpers/command.ts';
import { samplesOf } from '../../../tests/helpers/metrics.ts';
import { startCountedSystem } from './counted-system.ts';
import type { S3Traffic } from './counting-proxy.ts';
import { loadOf, type RedisLoad } from './redis-load.ts';
import { postSmallStudy } from './small-study.ts';

/** What one look at everything (`hepastage reconcile`, the sweep in the background) costs for each job that is kept. */
export interface SweepCosts {
  readonly secondsPerJob: number;
  readonly redis: RedisLoad;
  readonly s3Requests: S3Traffic['requests'];
}

const pollMs = 200;

/** Looks at a store without jobs, then at one with `studies` that have ended. */
export async function measureSweepCosts(studies: number): Promise<SweepCosts> {
  await using counted = await startCountedSystem();
  const { system, proxy, redis: server } = counted;
  using redis = disposable(new Redis(server.url));
  const sweep = async () => {
    proxy.take();
    const begun = performance.now();
    const { exitCode, stderr } = await hepastageWith(system.settings, 'reconcile', '--json');
    if (exitCode !== 0) throw new Error(`hepastage reconcile failed: ${stderr}`);
    return { seconds: (performance.now() - begun) / 1_000, requests: proxy.take().requests };
  };
  const empty = await sweep();
  for (let study = 0; study < studies; study++) await postSmallStudy(system.api.url);
  const worker = await system.startWorker();
  const ended = async () =>
    (await samplesOf(worker.url, 'hepastage_jobs_total')).reduce((sum, { value }) => sum + value, 0);
  while ((await ended()) < studies) await delay(pollMs);
  await worker.stop();
  let full = empty;
  const load = await loadOf(redis.client, studies, async () => {
    full = await sweep();
  });
  const kinds = Object.entries(full.requests);
  return {
    secondsPerJob: Math.max(0, full.seconds - empty.seconds) / studies,
    redis: load,
    s3Requests: Object.fromEntries(
      kinds.map(([kind, count]) => [kind, Math.max(0, count - (empty.requests[kind] ?? 0)) / studies]),
    ),
  };
}

function disposable(client: Redis) {
  return { client, [Symbol.dispose]: () => client.disconnect() };
}
