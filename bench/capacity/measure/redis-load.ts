import type { Redis } from 'ioredis';

/** For one study, or one poll. Commands are counted as Redis counts them, those that scripts call included. */
export interface RedisLoad {
  readonly commands: number;
  /** Of Redis' one thread, s. */
  readonly cpuSeconds: number;
  /** How long it took. */
  readonly seconds: number;
}

/** What `work` costs Redis, divided by `studies`. */
export async function loadOf(redis: Redis, studies: number, work: () => Promise<void>): Promise<RedisLoad> {
  const before = await readingOf(redis);
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1_000 / studies;
  const after = await readingOf(redis);
  return {
    commands: (after.commands - before.commands) / studies,
    cpuSeconds: (after.cpuSeconds - before.cpuSeconds) / studies,
    seconds,
  };
}

async function readingOf(redis: Redis): Promise<{ commands: number; cpuSeconds: number }> {
  const [stats, cpu] = [await redis.info('stats'), await redis.info('cpu')];
  return {
    commands: figure(stats, 'total_commands_processed'),
    cpuSeconds: figure(cpu, 'used_cpu_sys_main_thread') + figure(cpu, 'used_cpu_user_main_thread'),
  };
}

function figure(info: string, name: string): number {
  const text = new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1];
  if (text === undefined) throw new Error(`Redis does not tell its ${name}`);
  return Number(text);
}
