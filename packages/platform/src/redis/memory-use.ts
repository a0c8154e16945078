import type { Redis } from 'ioredis';
import { answered } from './connection.ts';

/** Bytes that Redis has in use, and may have. */
export interface MemoryUse {
  readonly used: number;
  /** Undefined: as many as there are. */
  readonly max: number | undefined;
}

export async function memoryUse(redis: Redis): Promise<MemoryUse> {
  const info = await answered(redis.info('memory'));
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  return { used: figure('used_memory'), max: figure('maxmemory') || undefined };
}
