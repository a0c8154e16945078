import type { JobsOptions } from 'bullmq';
import { StudyMetadata_Priority, type StudyRequest, type StudyRequestJson } from '@hepastage/proto';

/** How many events BullMQ keeps of a queue: nobody reads them, and its default of 10,000 takes 1 MiB of Redis each. */
export const keptEvents = { events: { maxLen: 1_000 } } as const;

/** What both ends of the queue must agree on. */
export const queueName = 'studies';

/** Where results that go to a PACS wait. An entry names its job, and has its id. */
export const pushQueueName = 'pacs-pushes';

/** Where notices wait that jobs have ended. */
export const noticeQueueName = 'webhooks';

/** The queue's payload: a StudyRequest as canonical JSON. */
export type StudyJobData = StudyRequestJson;

/** All of them. */
export const queueNames = [queueName, pushQueueName, noticeQueueName] as const;

/** BullMQ keeps its keys under this prefix. */
export function queuePrefix(redisPrefix: string): string {
  return `${redisPrefix}:queue`;
}

/** The queue itself gives up no study: its worker decides, and records it first (services/worker/src/retry-policy.ts). */
const attempts = Number.MAX_SAFE_INTEGER;
/** The pause between tries is the worker's, too. */
const backoff = { type: 'custom' };
/** How long a failed entry stays for ops to look at, s. The record outlives it. */
const failedAgeSeconds = 7 * 24 * 3_600;

export function jobOptions(request: StudyRequest): JobsOptions {
  return {
    jobId: request.jobId,
    attempts,
    backoff,
    removeOnComplete: true,
    removeOnFail: { age: failedAgeSeconds },
    // BullMQ takes jobs without a priority before all others: STAT studies have none, and routine ones queue behind them in order of arrival.
    ...(request.metadata?.priority === StudyMetadata_Priority.STAT ? {} : { priority: 1 }),
  };
}
