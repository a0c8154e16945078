import { idempotencyName, type MarkerName, readMarker } from '@hepastage/jobs';
import type { Lock } from '@hepastage/platform';
import { ErrorCode, HepastageError, type JobMarker, type JobRecord } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { requireJob } from '../jobs/require-job.ts';

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
 * Accepts a study once for its idempotency key. Invariant: one content under one key of a tenant gives one job, whatever breaks off in between. Which job a key
 * stands for lies in the object store, before the study's request.json; while a request is in hand its key is locked in Redis, so that the same key at the same time is
 * refused (IDEMPOTENCY_KEY_IN_FLIGHT), and a lock that was lost with Redis ends its request. Throws IDEMPOTENCY_KEY_REUSED where the key has another content.
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

/** Throws QUEUE_UNAVAILABLE unless the lock is still held: somebody else might be accepting the same study by now. */
export async function assertHeld(lock: Lock): Promise<void> {
  if (await lock.isHeld()) return;
  throw new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, {
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
  return (await requireJob(tenant, jobId, deps)).record;
}
