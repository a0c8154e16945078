import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../packages/imaging/src/testing/random.ts';
import { peakResidentBytes } from '../helpers/process-memory.ts';
import { bucketOf, type SystemBucket } from '../helpers/system-bucket.ts';
import { startSystem } from '../helpers/system.ts';
import { breakOff, noisyVolume, sendVolume } from './streamed-volume.ts';

export interface UploadLoad {
  /** Uploads at once that are sent to their end. */
  readonly uploads: number;
  readonly mebibytes: number;
  /** Clients beside them that stop somewhere on the way. */
  readonly brokenOff: number;
}

export interface UploadLoadOutcome {
  /** Peaks of the API's resident memory before the uploads, and with them. */
  readonly idleBytes: number;
  readonly peakBytes: number;
  readonly seconds: number;
  /** What is in the bucket that is of no accepted study, and what accepted studies lack. */
  readonly astray: readonly string[];
}

const seed = 1;
/** Longest that the API may take to take back what a client left, ms. */
const settleMsMax = 30_000;
const pollMs = 100;

/** Sends all uploads at once to one API process over an S3 store. */
export async function loadWithUploads({
  uploads,
  mebibytes,
  brokenOff,
}: UploadLoad): Promise<UploadLoadOutcome> {
  await using system = await startSystem('s3', undefined, { HEPASTAGE_REQUESTS_PER_MINUTE: '1000000' });
  const { url, pid } = system.api;
  using bucket = bucketOf(system);
  const idleBytes = await peakResidentBytes(pid);
  const volume = noisyVolume(mebibytes);
  const random = seededRandom(seed);
  const stops = Array.from({ length: brokenOff }, () => 1 + Math.floor(random() * (mebibytes * 2 ** 20 - 1)));
  const begun = performance.now();
  const [jobIds] = await Promise.all([
    Promise.all(Array.from({ length: uploads }, async () => sendVolume(url, volume))),
    Promise.all(stops.map(async (bytes) => breakOff(url, volume, bytes))),
  ]);
  const seconds = (performance.now() - begun) / 1_000;
  const peakBytes = await peakResidentBytes(pid);
  return { idleBytes, peakBytes, seconds, astray: await settled(async () => astray(bucket, jobIds)) };
}

/** Nobody is told when what a client left has been taken back. */
async function settled(find: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const deadline = performance.now() + settleMsMax;
  for (;;) {
    const found = await find();
    if (found.length === 0 || performance.now() > deadline) return found;
    await delay(pollMs);
  }
}

async function astray(bucket: SystemBucket, jobIds: readonly string[]): Promise<string[]> {
  const expected = new Set(
    jobIds.flatMap((jobId) =>
      ['request.json', 'input/t1w.nii'].map((file) => `tenants/default/jobs/${jobId}/${file}`),
    ),
  );
  const keys = (await bucket.keys()).filter((key) => !key.startsWith('audit/'));
  const missing = [...expected].filter((key) => !keys.includes(key)).map((key) => `${key} is missing`);
  const unfinished = (await bucket.unfinished()).map((key) => `${key} is unfinished`);
  return [...keys.filter((key) => !expected.has(key)), ...missing, ...unfinished];
}
