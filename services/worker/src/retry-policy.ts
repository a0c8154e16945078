import { ErrorCode, type HepastageError } from '@hepastage/proto';
import type { Job } from 'bullmq';

/** What the service needs to run is away, full or closed to it: no fault of any study, and none is charged for it. */
const infrastructure: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.STORE_UNAVAILABLE,
  ErrorCode.STORE_FULL,
  ErrorCode.STORE_DENIED,
  ErrorCode.QUEUE_UNAVAILABLE,
  ErrorCode.QUEUE_FULL,
]);

/** This worker is leaving, or lost its hold on the job: another attempt begins, or has begun, and this one decides nothing. */
const moved: ReadonlySet<ErrorCode> = new Set([ErrorCode.NOT_READY, ErrorCode.JOB_SUPERSEDED]);

export interface RetryLimits {
  /** How long after it was queued a study is tried again while what the service needs is not there, h. */
  readonly retryHours: number;
  /** Most attempts that a study is charged for. */
  readonly jobAttempts: number;
}

/** When the study was queued, ms since 1970, and the attempts that it was charged for before this one. */
type Tries = Pick<Job, 'timestamp' | 'attemptsMade'>;

/** Whether the attempt that ended with `error` counts among the study's `jobAttempts`. */
export function isCharged({ code }: HepastageError): boolean {
  return !infrastructure.has(code) && !moved.has(code);
}

/** Whether a study whose attempt ended with `error` is tried again. What is wrong with the study itself stays wrong: no. */
export function mayRetry(
  error: HepastageError,
  { timestamp, attemptsMade }: Tries,
  { retryHours, jobAttempts }: RetryLimits,
): boolean {
  if (moved.has(error.code)) return true;
  if (infrastructure.has(error.code)) return Date.now() < timestamp + retryHours * 3_600_000;
  return error.retryable && attemptsMade + 1 < jobAttempts;
}

const firstDelayMs = 1_000;
const delayMsMax = 60_000;

/** The pause after the `tries`th try, ms: doubled with each up to a minute, less up to a half of it by chance, so that what failed together does not come back together. */
export function retryDelayMs(tries: number): number {
  const longest = Math.min(delayMsMax, firstDelayMs * 2 ** (tries - 1));
  return Math.round(longest * (1 - Math.random() / 2));
}
