import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { decodeText, encodeText, type JobMarker, JobMarkerSchema } from '@hepastage/proto';
import { hasArrived } from '../arrival/arrived.ts';
import { hasRequest } from '../commit/has-request.ts';
import { ruleOutRequest } from '../commit/rule-out-request.ts';
import { readEnd } from '../end/job-end.ts';
import type { JobName } from '../job-stores.ts';

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

/** The job that a name stands for; undefined if it stands for none. */
export async function readMarker(name: MarkerName, store: ObjectStore): Promise<JobMarker | undefined> {
  for await (const marker of readMarkers(name, store)) return marker;
  return undefined;
}

/**
 * All jobs that a name stands for: one, unless some have failed. A marker is written before its job's request.json, so one whose job has none is a leftover of an
 * upload that broke off, or of an erasure, and stands for nothing.
 */
export async function* readMarkers(name: MarkerName, store: ObjectStore): AsyncGenerator<JobMarker> {
  const { tenant, kind, sha256 } = name;
  for await (const jobId of jobsMarked(name, store)) {
    if (!(await hasRequest(store, { tenant, jobId }))) continue;
    const bytes = await store.readBytes(objectKeys.marker(tenant, kind, sha256, jobId), markerBytesMax);
    if (bytes !== undefined) yield decodeText(JobMarkerSchema, bytes.toString());
  }
}

/** The name may stand for the job: it does once the job is accepted, for which `ruleOutRivals` must have returned true. */
export async function writeMarker(
  { tenant, kind, sha256 }: MarkerName,
  { jobId, contentSha256 }: Pick<JobMarker, 'jobId' | 'contentSha256'>,
  store: ObjectStore,
): Promise<void> {
  const body = encodeText(JobMarkerSchema, create(JobMarkerSchema, { jobId, contentSha256 }));
  const key = objectKeys.marker(tenant, kind, sha256, jobId);
  await store.writeBytes(key, Buffer.from(body), { mediaType: 'application/json' });
}

/**
 * Rules out that the name ever stands for another job than this, whose marker is written; false: it does already, or is about to. Of two that do so at the same time at least one sees
 * the other, for each has written its marker before it looks; so both may be ruled out, but never both be accepted.
 */
export async function ruleOutRivals(
  name: MarkerName,
  { jobId }: Pick<JobMarker, 'jobId'>,
  store: ObjectStore,
): Promise<boolean> {
  for await (const rival of jobsMarked(name, store)) {
    if (rival === jobId) continue;
    const job = { tenant: name.tenant, jobId: rival };
    if ((await isArriving(job, store)) || !(await ruleOutRequest(job, store))) return false;
    await eraseMarker(name, rival, store);
  }
  return true;
}

/** A study that came over DICOMweb is promised to its senders, whatever becomes of the name: it will be staged, unless it has failed. */
async function isArriving(job: JobName, store: ObjectStore): Promise<boolean> {
  return (await hasArrived(job, store)) && (await readEnd(store, job)) === undefined;
}

export async function eraseMarker(
  { tenant, kind, sha256 }: MarkerName,
  jobId: string,
  store: ObjectStore,
): Promise<void> {
  await store.erase(objectKeys.marker(tenant, kind, sha256, jobId));
}

/** Jobs that a name stands, or may once have stood, for. */
async function* jobsMarked({ tenant, kind, sha256 }: MarkerName, store: ObjectStore): AsyncGenerator<string> {
  const folder = objectKeys.markersOf(tenant, kind, sha256);
  for await (const { key } of store.list(folder)) yield key.slice(folder.length).replace(/\.json$/, '');
}
