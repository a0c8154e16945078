import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { decodeText, encodeText, type JobMarker, JobMarkerSchema, type StudyRequest } from '@hepastage/proto';
import { hasRequest } from '../commit/has-request.ts';

/** Most of a marker's object, bytes. */
const markerBytesMax = 4_096;

/** What may stand for a job: an idempotency key of its tenant, or the content of its study. Each by its SHA-256. */
export const markerKinds = ['idempotency', 'content'] as const;

export interface MarkerName {
  readonly tenant: string;
  readonly kind: (typeof markerKinds)[number];
  readonly sha256: string;
}

/** The name of an idempotency key. The key itself is not kept: nobody knows what a client puts into it. */
export function idempotencyName(tenant: string, key: string): MarkerName {
  return { tenant, kind: 'idempotency', sha256: createHash('sha256').update(key).digest('hex') };
}

export function contentName(tenant: string, sha256: string): MarkerName {
  return { tenant, kind: 'content', sha256 };
}

/**
 * The job that a name stands for; undefined if it stands for none. A marker is written before its job's request.json, so one whose job has none is a
 * leftover of an upload that broke off, or of an erasure, and stands for nothing.
 */
export async function readMarker(name: MarkerName, store: ObjectStore): Promise<JobMarker | undefined> {
  const marker = await readMarkerObject(name, store);
  if (marker === undefined) return undefined;
  const isAccepted = await hasRequest(store, { tenant: name.tenant, jobId: marker.jobId });
  return isAccepted ? marker : undefined;
}

/** From now on the name stands for the job. Call it with the name's lock held, and before the job's request.json is written. */
export async function writeMarker(
  { tenant, kind, sha256 }: MarkerName,
  { jobId, contentSha256 }: Pick<JobMarker, 'jobId' | 'contentSha256'>,
  store: ObjectStore,
): Promise<void> {
  const body = encodeText(JobMarkerSchema, create(JobMarkerSchema, { jobId, contentSha256 }));
  const key = objectKeys.marker(tenant, kind, sha256);
  await store.writeBytes(key, Buffer.from(body), { mediaType: 'application/json' });
}

/** Takes the names away that stand for this study; those that stand for another by now stay. */
export async function eraseMarkers(
  { tenant, jobId, idempotencyKeySha256, contentSha256 }: StudyRequest,
  store: ObjectStore,
): Promise<void> {
  const names: readonly MarkerName[] = [
    { tenant, kind: 'idempotency', sha256: idempotencyKeySha256 },
    { tenant, kind: 'content', sha256: contentSha256 },
  ];
  for (const name of names) {
    if (name.sha256 === '') continue;
    const marker = await readMarkerObject(name, store);
    if (marker?.jobId === jobId) await store.erase(objectKeys.marker(tenant, name.kind, name.sha256));
  }
}

async function readMarkerObject(
  { tenant, kind, sha256 }: MarkerName,
  store: ObjectStore,
): Promise<JobMarker | undefined> {
  const bytes = await store.readBytes(objectKeys.marker(tenant, kind, sha256), markerBytesMax);
  return bytes && decodeText(JobMarkerSchema, bytes.toString());
}
