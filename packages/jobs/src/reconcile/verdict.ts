import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { QueueState } from '@hepastage/platform';
import { isFinished, type JobRecord, JobRecord_State } from '@hepastage/proto';
import type { JobEvidence } from './job-evidence.ts';

/** All that is known of one job. */
export interface KnownJob {
  /** Undefined: nothing of it lies in the object store. */
  readonly evidence: JobEvidence | undefined;
  /** Whether it is to be erased. */
  readonly isErasing: boolean;
  /** Read before the record, so that a job which ended between the two does not look as if it had been lost. `absent` for a job that has ended. */
  readonly queued: QueueState;
  readonly record: JobRecord | undefined;
  readonly now: Date;
}

export interface ReconcileTimes {
  /** For how long something may be on its way: an upload whose request.json is still to come, a record whose objects are still to come. ms. */
  readonly orphanMs: number;
  /** How long nothing of a DICOMweb study must have come before it is complete, ms. */
  readonly quietMs: number;
  /** How long a job is kept after it has ended, ms; undefined: until it is erased by its owner. */
  readonly retentionMs: number | undefined;
}

/** What is to be done about a job. Each is safe to do twice, and safe where somebody else does it at the same time. */
export type Verdict =
  /** All is as it should be, or somebody is at it. */
  | 'none'
  /** An erasure broke off: do it again. */
  | 'finish-erasure'
  /** Its retention is over. */
  | 'expire'
  /** Left behind by an upload that broke off, or by a worker that died while it took back: no request, no record. */
  | 'erase-orphan'
  /** A record of which nothing lies in the store: an erasure without a trace, or an upload that took everything back but this. */
  | 'forget-record'
  /** Objects came over DICOMweb, and nobody is left to make a study of them. */
  | 'close-arrival'
  /** The record was lost: write it as the store tells it. */
  | 'restore-ended'
  | 'restore-queued'
  /** The same, of a study of which instances came a moment ago. */
  | 'restore-receiving'
  /** It has ended, and nobody is left to say so. */
  | 'recover-end'
  /** The queue gave it up, and nobody said so. */
  | 'give-up'
  /** It was accepted, and no worker will ever get it. */
  | 'enqueue'
  /** Its request is gone: it can't be staged. */
  | 'report-lost-request'
  /** It has succeeded, and its result is gone. */
  | 'report-lost-result';

/**
 * What is to be done about a job, from what the four places say of it. The store is right wherever they contradict each other, but for one thing: a terminal
 * state that a client may have seen never changes. A job that has ended and is in the queue all the same (enqueued twice, or its worker died before it had told those who wait)
 * stays there: a worker that takes it finds that it has ended, and does no more than what was still to be told.
 */
export function verdictOf(job: KnownJob, times: ReconcileTimes): Verdict {
  const { evidence, record, isErasing } = job;
  if (isErasing) return 'finish-erasure';
  if (evidence === undefined) return ofRecordAlone(job, times);
  if (!evidence.hasRequest) return ofUnfinished(evidence, job, times);
  if (record === undefined) return evidence.endedAt !== undefined ? 'restore-ended' : 'restore-queued';
  if (isFinished(record)) {
    if (isExpired(record, evidence, job.now, times)) return 'expire';
    const isLost = record.state === JobRecord_State.SUCCEEDED && evidence.endedAt === undefined;
    // A record that says CANCELLED without an erasure is one of an upload, or an arrival, that took back half.
    if (record.state === JobRecord_State.CANCELLED) return 'finish-erasure';
    return isLost ? 'report-lost-result' : 'none';
  }
  // It is complete in the store, and the step from RECEIVING to QUEUED is still to come.
  if (record.state === JobRecord_State.RECEIVING) return 'close-arrival';
  if (job.queued === 'waiting' || job.queued === 'active') return 'none';
  if (evidence.endedAt !== undefined) return 'recover-end';
  return job.queued === 'failed' ? 'give-up' : 'enqueue';
}

/** From the last step that the store sees of a job being accepted to the last of all, with plenty to spare, ms. */
const acceptingMsMax = 60_000;

/**
 * Whether a verdict may be of a job that is being accepted at this moment: it is in the store already, and its record or its entry in the queue is still to come. It is
 * acted on all the same, for Redis may just as well have lost them; but nothing is known to have gone wrong.
 */
export function isJustAccepted(verdict: Verdict, { evidence, now }: KnownJob): boolean {
  const mayBe = verdict === 'restore-queued' || verdict === 'restore-receiving' || verdict === 'enqueue';
  return mayBe && evidence !== undefined && now.getTime() - evidence.newest.getTime() < acceptingMsMax;
}

function ofRecordAlone({ record, now }: KnownJob, { orphanMs }: ReconcileTimes): Verdict {
  if (record === undefined) return 'none';
  const age =
    now.getTime() - (record.createdAt === undefined ? 0 : timestampDate(record.createdAt).getTime());
  return age > orphanMs ? 'forget-record' : 'none';
}

/** No request.json: it was never accepted as a whole upload, but what came over DICOMweb was promised to its sender. */
function ofUnfinished(
  evidence: JobEvidence,
  { record, queued, now }: KnownJob,
  times: ReconcileTimes,
): Verdict {
  const { arrivals, endedAt, newest } = evidence;
  const { orphanMs, quietMs } = times;
  // An end alone was written after an erasure had erased the rest: an orphan.
  if (record === undefined && endedAt !== undefined && arrivals.length > 0) return 'restore-ended';
  const silentMs = now.getTime() - newest.getTime();
  const mayArrive = record === undefined || record.state === JobRecord_State.RECEIVING;
  if (arrivals.length > 0 && mayArrive) {
    if (silentMs > quietMs) return 'close-arrival';
    return record === undefined ? 'restore-receiving' : 'none';
  }
  if (record === undefined) return silentMs > orphanMs ? 'erase-orphan' : 'none';
  if (record.state === JobRecord_State.CANCELLED) return 'finish-erasure';
  // A study with too many objects has failed without a request; a first object of a DICOMweb study may still be on its way.
  const isOpen = record.state === JobRecord_State.QUEUED || record.state === JobRecord_State.RUNNING;
  if (isOpen) return queued === 'active' ? 'none' : 'report-lost-request';
  if (isFinished(record) && isExpired(record, evidence, now, times)) return 'expire';
  return record.state === JobRecord_State.SUCCEEDED ? 'report-lost-result' : 'none';
}

function isExpired(
  { finishedAt }: JobRecord,
  { endedAt, newest }: JobEvidence,
  now: Date,
  { retentionMs }: ReconcileTimes,
): boolean {
  if (retentionMs === undefined) return false;
  const ended = finishedAt === undefined ? (endedAt ?? newest) : timestampDate(finishedAt);
  return now.getTime() - ended.getTime() > retentionMs;
}
