import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startLocalRedis } from '../helpers/redis-server.ts';
import { bucketOf } from '../helpers/system-bucket.ts';
import { startSystem } from '../helpers/system.ts';
import { strayKeys, strayObjects } from './leftovers.ts';
import { type EndedJob, erase, liveStudy } from './lives.ts';
import { read, type Reading } from './readings.ts';

export interface SoakOptions {
  readonly studies: number;
  /** Studies from one reading to the next. */
  readonly every: number;
  readonly workers: number;
  /** Jobs that are not erased: the latest. */
  readonly kept: number;
  readonly onReading?: (reading: Reading) => void;
}

export interface SoakOutcome {
  readonly readings: readonly Reading[];
  /** What is in object store and Redis at the end of jobs that are not kept. */
  readonly leftovers: readonly string[];
  /** The keys of Redis that take most memory at the end. */
  readonly largestKeys: readonly LargeKey[];
}

export interface LargeKey {
  readonly name: string;
  readonly bytes: number;
}

/** Studies on their way at once. */
const clients = 8;
/** Longest that a worker may take to take back what it wrote of a job that was erased meanwhile, ms. */
const settleMsMax = 20_000;
const pollMs = 100;
/** Inference and imaging of several workers share the machine's cores. */
const workerSettings = {
  HEPASTAGE_INFERENCE_THREADS: '1',
  HEPASTAGE_IMAGING_THREADS: '1',
  HEPASTAGE_BATCH_DELAY_MS_MAX: '0',
};

/** API, workers, Redis and S3 as processes of their own, and studies through all of them: each to its end, then erased, but for the latest ones. */
export async function runSoak({
  studies,
  every,
  workers,
  kept,
  onReading,
}: SoakOptions): Promise<SoakOutcome> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startLocalRedis());
  const system = opened.use(await startSystem('s3', server));
  const measured = {
    api: system.api,
    workers: await Promise.all(
      Array.from({ length: workers }, async () => system.startWorker(workerSettings)),
    ),
    redis: opened.adopt(new Redis(server.url), (it) => it.disconnect()),
    bucket: opened.use(bucketOf(system)),
  };
  const { api, redis, bucket } = measured;
  const keptJobs: EndedJob[] = [];
  const strays = async () => [
    ...(await strayObjects(bucket, keptJobs)),
    ...(await strayKeys(redis, keptJobs)),
  ];

  const readings: Reading[] = [];
  for (let done = 0; done < studies;) {
    const numbers = Array.from({ length: Math.min(every, studies - done) }, (_, i) => done + i).values();
    const client = async () => {
      for (const number of numbers) {
        const ended = await liveStudy(api.url, number);
        if (ended !== undefined) keptJobs.push(ended);
        if (keptJobs.length > kept) await erase(api.url, keptJobs.shift()!.jobId);
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
    done = Math.min(done + every, studies);
    await settled(strays);
    const reading = await read(done, measured);
    readings.push(reading);
    onReading?.(reading);
  }
  return { readings, leftovers: await strays(), largestKeys: await largestKeysOf(redis) };
}

/** Waits until nothing is left behind, or for as long as it may be. */
async function settled(strays: () => Promise<readonly string[]>): Promise<void> {
  const deadline = performance.now() + settleMsMax;
  while ((await strays()).length > 0 && performance.now() < deadline) await delay(pollMs);
}

async function largestKeysOf(redis: Redis): Promise<LargeKey[]> {
  const names = await redis.keys('*');
  const keys = await Promise.all(
    names.map(async (name) => ({
      name: name.replace(/^\{[^}]*\}/, ''),
      bytes: Number(await redis.call('MEMORY', 'USAGE', name, 'SAMPLES', '0')),
    })),
  );
  return keys.toSorted((one, other) => other.bytes - one.bytes).slice(0, 6);
}
