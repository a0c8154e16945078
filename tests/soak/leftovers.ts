import type { Redis } from 'ioredis';
import type { SystemBucket } from '../helpers/system-bucket.ts';
import type { EndedJob } from './lives.ts';

/** What lies in the store of a small study, below its job's folder. */
const filesOf: Readonly<Record<EndedJob['state'], RegExp>> = {
  SUCCEEDED:
    /^(request\.json|result\.json|input\/t2w\.nii|artefacts\/[0-9a-f]{64}\/(heatmap\.t2w\.nii\.gz|key-slice\.t2w\.(png|dcm)|report\.(fhir\.json|sr\.dcm)))$/,
  FAILED: /^(request\.json|result\.json|input\/t2w\.nii)$/,
};
const fileCounts: Readonly<Record<EndedJob['state'], number>> = { SUCCEEDED: 8, FAILED: 3 };
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Objects that the jobs kept do not account for, and files that they lack. */
export async function strayObjects(bucket: SystemBucket, kept: readonly EndedJob[]): Promise<string[]> {
  const keys = (await bucket.keys()).filter((key) => !key.startsWith('audit/'));
  const stray = new Set(keys);
  for (const { jobId, state } of kept) {
    const folder = `tenants/default/jobs/${jobId}/`;
    const files = keys.filter((key) => key.startsWith(folder) && filesOf[state].test(key.slice(folder.length))); // prettier-ignore
    for (const key of files) stray.delete(key);
    if (files.length !== fileCounts[state])
      stray.add(`${folder}: ${files.length} files of ${fileCounts[state]}`);
  }
  const markers = [...stray].filter((key) => /^tenants\/default\/idempotency\/[0-9a-f]{64}\b/.test(key));
  const named = kept.filter(({ isNamed }) => isNamed).length;
  if (markers.length === named) for (const key of markers) stray.delete(key);
  return [...stray, ...(await bucket.unfinished())];
}

/**
 * Jobs that Redis still knows although they are not kept, with where: in the names of keys, and in lists and sets. Two things keep ids by design: the count of a
 * day's studies, and the queue's stream of events, which has a length that it does not exceed.
 */
export async function strayKeys(redis: Redis, kept: readonly EndedJob[]): Promise<string[]> {
  const known = new Set(kept.map(({ jobId }) => jobId));
  const stray: string[] = [];
  for (const key of await redis.keys('*')) {
    if (/:quota:[^:]+:\d{4}-\d\d-\d\d:studies$/.test(key)) continue;
    const text = [key, ...(await membersOf(redis, key))].join('\n');
    for (const [jobId] of text.matchAll(uuid)) if (!known.has(jobId)) stray.push(`${key}: ${jobId}`);
  }
  return stray;
}

async function membersOf(redis: Redis, key: string): Promise<string[]> {
  switch (await redis.type(key)) {
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    default:
      return [];
  }
}
