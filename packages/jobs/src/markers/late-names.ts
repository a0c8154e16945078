import { objectKeys, type ObjectStore } from '@hepastage/platform';
import type { StudyRequest } from '@hepastage/proto';
import type { JobName } from '../job-stores.ts';
import { eraseMarker, type MarkerName, markerKinds } from './markers.ts';

/** Notes with a job a name that will stand for it, too, though its request does not have it: so that the name goes when the job does. Call it before the marker is written. */
export async function noteName(
  { tenant, kind, sha256 }: MarkerName,
  jobId: string,
  store: ObjectStore,
): Promise<void> {
  const key = objectKeys.lateName(tenant, jobId, kind, sha256);
  await store.writeBytes(key, Buffer.from('{}'), { mediaType: 'application/json' });
}

/** Takes all names of a job away: those that its request has, and those that were noted. */
export async function eraseMarkers(
  job: JobName & Partial<Pick<StudyRequest, 'idempotencyKeySha256' | 'contentSha256'>>,
  store: ObjectStore,
): Promise<void> {
  const { tenant, jobId, idempotencyKeySha256 = '', contentSha256 = '' } = job;
  const own: readonly MarkerName[] = [
    { tenant, kind: 'idempotency', sha256: idempotencyKeySha256 },
    { tenant, kind: 'content', sha256: contentSha256 },
  ];
  for (const name of own) if (name.sha256 !== '') await eraseMarker(name, jobId, store);
  for await (const name of notedNames(job, store)) await eraseMarker(name, jobId, store);
}

async function* notedNames({ tenant, jobId }: JobName, store: ObjectStore): AsyncGenerator<MarkerName> {
  const folder = objectKeys.lateNames(tenant, jobId);
  for await (const { key } of store.list(folder)) {
    const [written, sha256 = ''] = key
      .slice(folder.length)
      .replace(/\.json$/, '')
      .split('-');
    const kind = markerKinds.find((known) => known === written);
    if (kind !== undefined) yield { tenant, kind, sha256 };
  }
}
