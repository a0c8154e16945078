import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startLocalRedis } from '../../../tests/helpers/redis-server.ts';
import { startSystem } from '../../../tests/helpers/system.ts';
import { endedStudies, untilEnded } from './ended-studies.ts';
import { loadOf, type RedisLoad } from './redis-load.ts';
import { postSmallStudy } from './small-study.ts';

/** What a study costs Redis. */
export interface RedisCosts {
  /** Of a study that waits: its queue entry, its record and what points to them. */
  readonly bytesWaiting: number;
  /** Of the same once it has ended: its record is kept. */
  readonly bytesEnded: number;
  readonly accepting: RedisLoad;
  readonly staging: RedisLoad;
  readonly poll: RedisLoad;
  /** One API process and one worker with nothing to do, commands a second. */
  readonly idleCommandsPerSecond: number;
}

const idleSeconds = 10;

/** `studies` small studies through a queue of their own: what Redis keeps and does of a study does not depend on its images. */
export async function measureRedisCosts(studies: number): Promise<RedisCosts> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startLocalRedis());
  const redis = opened.adopt(new Redis(server.url), (it) => it.disconnect());
  const system = opened.use(await startSystem('directory', server));
  // What the first study makes for all is there before anything is counted.
  await postSmallStudy(system.api.url);
  const jobIds: string[] = [];
  const accepting = await loadOf(redis, studies, async () => {
    for (let study = 0; study < studies; study++) jobIds.push(await postSmallStudy(system.api.url));
  });
  const bytesWaiting = (await bytesOfKeys(redis)) / (studies + 1);

  const worker = await system.startWorker();
  // Staging begins while the worker becomes ready: what is counted is from there on, and so many studies.
  const already = await endedStudies(worker.url);
  const staging = await loadOf(redis, studies + 1 - already, async () => untilEnded(worker.url, studies + 1));
  const idle = await loadOf(redis, idleSeconds, async () => delay(idleSeconds * 1_000));
  const poll = await loadOf(redis, studies, async () => {
    for (const jobId of jobIds) await (await fetch(`${system.api.url}/v1/jobs/${jobId}`)).arrayBuffer();
  });
  return {
    bytesWaiting,
    bytesEnded: (await bytesOfKeys(redis)) / (studies + 1),
    accepting: beside(accepting, idle),
    staging: beside(staging, idle),
    poll: beside(poll, idle),
    idleCommandsPerSecond: idle.commands,
  };
}

/** Without what an idle system does in that time. */
function beside({ commands, cpuSeconds, seconds }: RedisLoad, idle: RedisLoad): RedisLoad {
  return {
    commands: Math.max(0, commands - seconds * idle.commands),
    cpuSeconds: Math.max(0, cpuSeconds - seconds * idle.cpuSeconds),
    seconds,
  };
}

/** Of all keys but the streams of events, which hold the last thousand and no more. */
async function bytesOfKeys(redis: Redis): Promise<number> {
  const names = (await redis.keys('*')).filter((name) => !name.endsWith(':events'));
  const bytes = await Promise.all(
    names.map(async (name) => Number(await redis.call('MEMORY', 'USAGE', name, 'SAMPLES', '0'))),
  );
  return bytes.reduce((sum, each) => sum + each, 0);
}
