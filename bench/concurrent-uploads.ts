import { apiBytesMax } from '../tests/load/api-bytes-max.ts';
import { loadWithUploads } from '../tests/load/concurrent-uploads.ts';
import type { BenchResult } from './bench-result.ts';

const uploads = 100;
const mebibytes = 50;
const brokenOff = 30;

/** Peak memory of one API process while it takes a hundred volumes of 50 MiB at once into S3, and what clients that stop on the way leave behind. Needs 6 GB of disk. */
export async function benchConcurrentUploads(): Promise<BenchResult[]> {
  const { idleBytes, peakBytes, seconds, astray } = await loadWithUploads({ uploads, mebibytes, brokenOff });
  const name = `api: ${uploads} concurrent uploads of ${mebibytes} MiB into s3, ${brokenOff} more that stop on the way`;
  return [
    {
      name: `${name}: peak resident memory`,
      value: peakBytes / 2 ** 20,
      unit: 'MiB',
      aim: { atMost: apiBytesMax(uploads + brokenOff) / 2 ** 20 },
      details: `VmHWM; ${Math.round(idleBytes / 2 ** 20)} MiB before; all accepted after ${seconds.toFixed(1)} s`,
    },
    {
      name: `${name}: objects and unfinished uploads left behind`,
      value: astray.length,
      unit: 'keys',
      aim: { atMost: 0 },
      details: astray.slice(0, 3).join(', ') || 'none',
    },
  ];
}
