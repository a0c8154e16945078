import type { Redis } from 'ioredis';
import { samplesOf } from '../helpers/metrics.ts';
import { openDescriptors, residentBytes } from '../helpers/process-memory.ts';
import type { ServiceProcess } from '../helpers/service-process.ts';
import type { SystemBucket } from '../helpers/system-bucket.ts';

/** What is read, and how much of it may come with a thousand studies once the system has warmed up. `null`: it grows by design. */
export const measures = {
  'API resident, MiB': 5,
  'API heap, MiB': 3,
  'API descriptors': 2,
  'workers resident, MiB': 20,
  'workers heap, MiB': 6,
  'workers descriptors': 4,
  'Redis keys': 2,
  'Redis memory, MiB': 0.5,
  objects: 10,
  'audit objects': null,
} as const satisfies Readonly<Record<string, number | null>>;

export type Measure = keyof typeof measures;

/** Everything that is measured, after so many studies. */
export interface Reading extends Readonly<Record<Measure, number>> {
  readonly studies: number;
}

export interface Measured {
  readonly api: ServiceProcess;
  readonly workers: readonly ServiceProcess[];
  readonly redis: Redis;
  readonly bucket: SystemBucket;
}

/** Reads everything. Nothing should be in flight. */
export async function read(studies: number, { api, workers, redis, bucket }: Measured): Promise<Reading> {
  const keys = await bucket.keys();
  const audit = keys.filter((key) => key.startsWith('audit/')).length;
  return {
    studies,
    'API resident, MiB': mebibytes(await residentBytes(api.pid)),
    'API heap, MiB': mebibytes(await gauge(api, 'nodejs_heap_size_used_bytes')),
    'API descriptors': await openDescriptors(api.pid),
    'workers resident, MiB': mebibytes(await sumOf(workers, async ({ pid }) => residentBytes(pid))),
    'workers heap, MiB': mebibytes(
      await sumOf(workers, async (it) => gauge(it, 'nodejs_heap_size_used_bytes')),
    ),
    'workers descriptors': await sumOf(workers, async ({ pid }) => openDescriptors(pid)),
    'Redis keys': await redis.dbsize(),
    'Redis memory, MiB': mebibytes(await usedMemory(redis)),
    objects: keys.length - audit,
    'audit objects': audit,
  };
}

async function gauge({ url }: ServiceProcess, name: string): Promise<number> {
  const [sample] = await samplesOf(url, name);
  if (sample === undefined) throw new Error(`${url}/metrics has no ${name}`);
  return sample.value;
}

async function usedMemory(redis: Redis): Promise<number> {
  const [, bytes] = /^used_memory:(\d+)/m.exec(await redis.info('memory')) ?? [];
  return Number(bytes);
}

async function sumOf<T>(items: readonly T[], of: (item: T) => Promise<number>): Promise<number> {
  const values = await Promise.all(items.map(of));
  return values.reduce((sum, value) => sum + value, 0);
}

function mebibytes(bytes: number): number {
  return bytes / 2 ** 20;
}
