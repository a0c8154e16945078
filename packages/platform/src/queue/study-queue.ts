import type { StudyRequest } from '@hepastage/proto';
import type { noticeQueueName, pushQueueName, queueName } from './queue-contract.ts';
import type { QueueOutlook } from './queue-outlook.ts';

/** Where a study is in the queue. `waiting`: for a worker, or for its next try. `failed`: the queue has given it up. */
export type QueueState = 'waiting' | 'active' | 'failed' | 'absent';

/** How many jobs a queue has in one of its states. */
export interface QueueCount {
  readonly queue: typeof queueName | typeof pushQueueName | typeof noticeQueueName;
  readonly state: 'waiting' | 'prioritized' | 'active' | 'delayed' | 'failed';
  readonly jobs: number;
}

/** The API's side of the queue: never waits for a Redis that is down (QUEUE_UNAVAILABLE instead). */
export interface StudyQueue {
  /** Enqueues the study. Its job id is the queue's, so that doing it twice gives one job. */
  add(request: StudyRequest): Promise<void>;
  /** Takes a waiting study out, and its push to a PACS; false if a worker has the study already or it is gone. */
  remove(jobId: string): Promise<boolean>;
  state(jobId: string): Promise<QueueState>;
  /** Where the waiting ones of these jobs are, and how many are worked on. */
  outlook(jobIds: readonly string[]): Promise<QueueOutlook>;
  /** Jobs by queue state, e.g. `{waiting: 3, active: 8, prioritized: 0, delayed: 0, failed: 0}`. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** The same of every queue: studies, pushes to a PACS, webhooks. */
  countsByQueue(): Promise<QueueCount[]>;
  /** Age of the oldest waiting study, s; 0 if none waits. */
  oldestAgeSeconds(): Promise<number>;
  /** Share of its memory that Redis has in use, 0 to 1; undefined where it has no limit, or does not tell. */
  memoryShare(): Promise<number | undefined>;
  check(): Promise<void>;
  close(): Promise<void>;
}
