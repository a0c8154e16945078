import { Redis } from 'ioredis';
import { hepastageWith } from '../../../tests/helpers/command.ts';
import { startCountedSystem } from './counted-system.ts';
import { untilEnded } from './ended-studies.ts';
import type { S3Traffic } from './counting-proxy.ts';
import { loadOf, type RedisLoad } from './redis-load.ts';
import { postSmallStudy } from './small-study.ts';

/** What one look at everything (`hepastage reconcile`, the sweep in the background) costs for each job that is kept. */
export interface SweepCosts {
  readonly secondsPerJob: number;
  readonly redis: RedisLoad;
  readonly s3Requests: S3Traffic['requests'];
}

/** Looks at a store without jobs, then at one with `studies` that have ended. */
export async function measureSweepCosts(studies: number): Promise<SweepCosts> {
  await using opened = new AsyncDisposableStack();
  const counted = opened.use(await startCountedSystem());
  const { system, proxy, redis: server } = counted;
  const redis = opened.adopt(new Redis(server.url), (it) => it.disconnect());
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
  await untilEnded(worker.url, studies);
  await worker.stop();
  let full = empty;
  const load = await loadOf(redis, studies, async () => {
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
