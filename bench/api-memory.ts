import { peakResidentBytes } from '../tests/helpers/process-memory.ts';
import { startSystem } from '../tests/helpers/system.ts';
import { gzipped, noisyVolume, sendVolume, type StreamedVolume } from '../tests/load/streamed-volume.ts';
import type { BenchResult } from './bench-result.ts';

const uploads = 20;
const mebibytes = 100;

/**
 * Peak memory of the API process while it takes twenty volumes of 100 MiB at once, as plain NIfTI and gzipped, into a directory and into S3; each with a
 * process of its own.
 */
export async function benchApiMemory(): Promise<BenchResult[]> {
  const plain = noisyVolume(mebibytes);
  const results: BenchResult[] = [];
  for (const volume of [plain, gzipped(plain)]) {
    for (const store of ['directory', 's3'] as const) results.push(await measure(volume, store));
  }
  return results;
}

async function measure(volume: StreamedVolume, store: 'directory' | 's3'): Promise<BenchResult> {
  await using system = await startSystem(store);
  const { url, pid } = system.api;
  const idle = await peakResidentBytes(pid);
  const begun = performance.now();
  await Promise.all(Array.from({ length: uploads }, async () => sendVolume(url, volume)));
  const seconds = (performance.now() - begun) / 1_000;
  const peak = await peakResidentBytes(pid);
  return {
    name: `api: peak resident memory, ${uploads} concurrent uploads of ${mebibytes} MiB, ${volume.file}, into ${store}`,
    value: megabytes(peak),
    unit: 'MB',
    aim: { atMost: 300 },
    details: `VmHWM; ${megabytes(idle).toFixed(0)} MB before; all accepted after ${seconds.toFixed(1)} s`,
  };
}

function megabytes(bytes: number): number {
  return bytes / 1e6;
}
