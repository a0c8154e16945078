import {
  eraseMarker,
  idempotencyName,
  type MarkerName,
  readMarker,
  ruleOutRivals,
  writeMarker,
} from '@hepastage/jobs';
import type { Lock } from '@hepastage/platform';
import { ErrorCode, HepastageError, type JobMarker, type JobRecord } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { namedJob } from './named-job.ts';

/** For how long after an upload's longest time its key stays locked, ms: what follows the last byte takes that long at most. */
const commitMsMax = 60_000;

/** A name that will stand for the job that is being accepted. */
export interface NamedStudy {
  readonly name: MarkerName;
  readonly lock: Lock;
}

export interface AcceptedJob {
  readonly record: JobRecord;
  /** It had been accepted before. */
  readonly isReplay: boolean;
}

/** What a request carries. */
export interface Carried {
  /** Reads all of it, keeps nothing, and tells what it was: a SHA-256. */
  readonly digest: () => Promise<string>;
  /** Accepts it. Under a key its content is remembered with the name. */
  readonly accept: (named: NamedStudy | undefined) => Promise<AcceptedJob>;
}

/**
 * Accepts a study once for its idempotency key. Invariant: one content under one key of a tenant gives one job, whatever breaks off in between, and whatever Redis
 * loses. Throws IDEMPOTENCY_KEY_REUSED where the key has another content.
 *
 * While a request is in hand its key is locked in Redis, so that the same key at the same time is refused (IDEMPOTENCY_KEY_IN_FLIGHT). That spares work, and no more: the
 * lock may be lost at every await. What counts is in the object store: a marker for each job that tries for the key, then the rivals' request.json ruled out, then one's own
 * created, by a conditional write. A lock that is lost
 *
 * - before the marker is written: this request finds out (`takeName`), or else whoever comes later than the marker rules it out, or finds it accepted;
 * - from then until request.json is there: of this request and another at least one sees the other's marker, and the conditional write decides between them;
 * - after that: the study is accepted, and nothing takes it back (`commitStudy`). Another request is told of it, and has its record and queue entry made.
 */
export async function acceptOnce(
  tenant: string,
  key: string | undefined,
  { digest, accept }: Carried,
  deps: ApiDeps,
): Promise<AcceptedJob> {
  if (key === undefined) return accept(undefined);
  const name = idempotencyName(tenant, key);
  await using lock = await lockName(name, deps);
  const marker = await readMarker(name, deps.store);
  if (marker === undefined) return await accept({ name, lock });
  return { record: await replayed(tenant, marker, digest, deps), isReplay: true };
}

/** The lock of a name, for as long as a request may take. Throws IDEMPOTENCY_KEY_IN_FLIGHT. */
export async function lockName(
  { tenant, kind, sha256 }: MarkerName,
  { locks, config }: Pick<ApiDeps, 'locks' | 'config'>,
): Promise<Lock> {
  const lock = await locks.acquire(`${kind}:${tenant}:${sha256}`, config.requestMsMax + commitMsMax);
  if (lock !== undefined) return lock;
  throw new HepastageError(ErrorCode.IDEMPOTENCY_KEY_IN_FLIGHT, {
    what: 'the same study is being accepted at this moment',
    where: 'header idempotency-key',
    action: 'send it again in a moment, with the same key: the answer will be the job of the first',
    retryAfterSeconds: 1,
  });
}

/**
 * From now on the name stands for the job, as soon as that is accepted, and for no other. Throws QUEUE_UNAVAILABLE where the lock was lost, or another has been
 * accepted meanwhile: sent again, the study is that job.
 */
export async function takeName(
  { name, lock }: NamedStudy,
  marker: Pick<JobMarker, 'jobId' | 'contentSha256'>,
  { store }: Pick<ApiDeps, 'store'>,
): Promise<void> {
  if (!(await lock.isHeld())) throw lockLost();
  await writeMarker(name, marker, store);
  if (await ruleOutRivals(name, marker, store)) return;
  await eraseMarker(name, marker.jobId, store);
  throw lockLost();
}

export function lockLost(): HepastageError {
  return new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, {
    what: 'Redis lost the lock on the idempotency key',
    action: 'send the study again, with the same key',
  });
}

async function replayed(
  tenant: string,
  { jobId, contentSha256 }: JobMarker,
  digest: () => Promise<string>,
  deps: ApiDeps,
): Promise<JobRecord> {
  if ((await digest()) !== contentSha256) {
    throw new HepastageError(ErrorCode.IDEMPOTENCY_KEY_REUSED, {
      what: 'the idempotency key was used for another study',
      where: 'header idempotency-key',
      action: 'make a new key for each study',
    });
  }
  return namedJob(tenant, jobId, deps);
}
