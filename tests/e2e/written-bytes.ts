import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import type { ServiceProcess } from '../helpers/service-process.ts';
import type { System } from '../helpers/system.ts';

/** Bytes that the system has let out of a process, and where they lie. */
export interface Written {
  readonly where: string;
  readonly bytes: Buffer;
}

/** Everything that was written up to now: objects (but those that are in `seen`, where these are added), Redis and its log of every write, logs, metrics. */
export async function* writtenBytes(
  system: System,
  workers: readonly ServiceProcess[],
  seen: Set<string>,
): AsyncGenerator<Written> {
  yield* filesBelow(system.settings['HEPASTAGE_OBJECT_STORE']!, 'object', seen);
  const redis = new Redis(system.redis.url);
  try {
    yield* valuesOf(redis);
    const [, folder] = (await redis.call('CONFIG', 'GET', 'dir')) as [string, string];
    yield* filesBelow(folder, 'redis file', new Set());
  } finally {
    redis.disconnect();
  }
  for (const service of [system.api, ...workers]) {
    yield { where: 'log', bytes: Buffer.from(service.log()) };
    const metrics = await fetch(`${service.url}/metrics`);
    yield { where: 'metrics', bytes: Buffer.from(await metrics.arrayBuffer()) };
  }
}

/** Names of files are written too. What is packed is looked at both ways. */
async function* filesBelow(folder: string, where: string, seen: Set<string>): AsyncGenerator<Written> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (seen.has(path)) continue;
    seen.add(path);
    const bytes = await readFile(path);
    const name = path.slice(folder.length);
    const isGzip = bytes.length > 2 && bytes.readUInt16BE() === 0x1f_8b;
    const parts = [Buffer.from(name), bytes, ...(isGzip ? [gunzipSync(bytes)] : [])];
    for (const part of parts) yield { where: `${where} ${name}`, bytes: part };
  }
}

async function* valuesOf(redis: Redis): AsyncGenerator<Written> {
  for await (const page of redis.scanStream({ count: 500 }) as AsyncIterable<string[]>) {
    for (const key of page) {
      const type = await redis.type(key);
      const read = readers[type];
      if (read === undefined) throw new Error(`Redis has a value of a kind that is not read: ${type}`);
      const value = await read(redis, key);
      yield { where: `redis ${type}`, bytes: Buffer.from(`${key}\n${JSON.stringify(value)}`) };
    }
  }
}

const readers: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  string: async (redis, key) => redis.get(key),
  hash: async (redis, key) => redis.hgetall(key),
  list: async (redis, key) => redis.lrange(key, 0, -1),
  set: async (redis, key) => redis.smembers(key),
  zset: async (redis, key) => redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'),
  stream: async (redis, key) => redis.xrange(key, '-', '+'),
};
