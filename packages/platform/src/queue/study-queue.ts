import type { StudyRequest } from '@hepastage/proto';
import type { queueNames } from './queue-contract.ts';
import type { QueueCounts } from './queue-counts.ts';
import type { QueueOutlook } from './queue-outlook.ts';

/** Where a study is in the queue. `waiting`: for a worker, or for its next try. `failed`: the queue has given it up. */
export type QueueState = 'waiting' | 'active' | 'failed' | 'absent';

/** The API's side of the queue: never waits for a Redis that is down (QUEUE_UNAVAILABLE instead). */
export interface StudyQueue {
  /** Enqueues the study. Its job id is the queue's, so that doing it twice gives one job. */
  add(request: StudyRequest): Promise<void>;
  /** Takes a waiting study out, and its push to a PACS; false if a worker has the study already or it is gone. */
  remove(jobId: string): Promise<boolean>;
  state(jobId: string): Promise<QueueState>;
  /** Where the waiting ones of these jobs are, and how many are worked on. */
  outlook(jobIds: readonly string[]): Promise<QueueOutlook>;
  /** Of every queue: studies, pushes to a PACS, webhooks. */
  counts(): Promise<Readonly<Record<(typeof queueNames)[number], QueueCounts>>>;
  /** Age of the oldest study that no worker has, s: it waits, or is put off for its next try; 0 if there is none. */
  oldestAgeSeconds(): Promise<number>;
  /** For how long workers could have taken the first one, s: not counting those that are put off, and nothing while an operator has paused the queue, and from when it goes on after that. */
  oldestWaitSeconds(): Promise<number>;
  /** Share of its memory that Redis has in use, 0 to 1; undefined where it has no limit, or does not tell. */
  memoryShare(): Promise<number | undefined>;
  check(): Promise<void>;
  close(): Promise<void>;
}
