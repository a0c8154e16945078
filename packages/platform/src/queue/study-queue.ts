import type { StudyRequest } from '@hepastage/proto';

/** The API's side of the queue: never waits for a Redis that is down (QUEUE_UNAVAILABLE instead). */
export interface StudyQueue {
  /** Enqueues the study. Its job id is the queue's, so that doing it twice gives one job. */
  add(request: StudyRequest): Promise<void>;
  /** Takes a waiting study out; false if a worker has it already or it is gone. */
  remove(jobId: string): Promise<boolean>;
  /** Jobs by queue state, e.g. `{waiting: 3, active: 8, prioritized: 0, delayed: 0, failed: 0}`. */
  counts(): Promise<Readonly<Record<string, number>>>;
  /** Age of the oldest waiting study, s; 0 if none waits. */
  oldestAgeSeconds(): Promise<number>;
  check(): Promise<void>;
  close(): Promise<void>;
}
