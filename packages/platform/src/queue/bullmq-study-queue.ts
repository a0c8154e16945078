import { encodeJson, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';
import type { JobState } from 'bullmq';
import { answered } from '../redis/connection.ts';
import { memoryUse } from '../redis/memory-use.ts';
import { openQueues, type QueueOptions, type Queues } from './open-queues.ts';
import { jobOptions, noticeQueueName, pushQueueName, queueName } from './queue-contract.ts';
import { countJobs } from './queue-counts.ts';
import { type QueueOutlook, readOutlook } from './queue-outlook.ts';
import { oldestStudyMs } from './oldest-study.ts';
import { openSinceMs } from './queue-pause.ts';
import type { QueueState, StudyQueue } from './study-queue.ts';

/** By BullMQ's names. One that is completed is removed at the same moment. */
const stateOf: Readonly<Record<JobState | 'unknown', QueueState>> = {
  waiting: 'waiting',
  'waiting-children': 'waiting',
  prioritized: 'waiting',
  delayed: 'waiting',
  active: 'active',
  failed: 'failed',
  completed: 'absent',
  unknown: 'absent',
};

export async function openStudyQueue(options: QueueOptions): Promise<StudyQueue> {
  return new BullMqStudyQueue(await openQueues(options));
}

class BullMqStudyQueue implements StudyQueue {
  readonly #queues: Queues;

  constructor(queues: Queues) {
    this.#queues = queues;
  }

  async add(request: StudyRequest): Promise<void> {
    await answered(
      this.#queues.studies.add('stage', encodeJson(StudyRequestSchema, request), jobOptions(request)),
    );
  }

  async remove(jobId: string): Promise<boolean> {
    const { studies, pushes } = this.#queues;
    await answered(pushes.remove(jobId));
    return (await answered(studies.remove(jobId))) === 1;
  }

  async state(jobId: string): Promise<QueueState> {
    return stateOf[await answered(this.#queues.studies.getJobState(jobId))];
  }

  async outlook(jobIds: readonly string[]): Promise<QueueOutlook> {
    const { studies, redis } = this.#queues;
    return readOutlook(studies, redis, jobIds);
  }

  async counts(): ReturnType<StudyQueue['counts']> {
    const { studies, pushes, notices } = this.#queues;
    const counts = await Promise.all([countJobs(studies), countJobs(pushes), countJobs(notices)]);
    return { [queueName]: counts[0], [pushQueueName]: counts[1], [noticeQueueName]: counts[2] };
  }

  async oldestAgeSeconds(): Promise<number> {
    const { studies, redis } = this.#queues;
    return secondsSince(await oldestStudyMs(studies, redis));
  }

  async oldestWaitSeconds(): Promise<number> {
    const { studies, redis } = this.#queues;
    return secondsSince(Math.max(await this.#firstMs(), await openSinceMs(studies, redis)));
  }

  /** When the study came that has waited longest in its lane, ms since 1970; Infinity if none waits. */
  async #firstMs(): Promise<number> {
    // One job from the old end of either lane is enough: each lane is in order of arrival.
    const lanes = await Promise.all(
      (['waiting', 'prioritized'] as const).map(async (lane) =>
        answered(this.#queues.studies.getJobs([lane], 0, 0, true)),
      ),
    );
    return Math.min(...lanes.flat().map((job) => job.timestamp));
  }

  async memoryShare(): Promise<number | undefined> {
    const { used, max } = await memoryUse(this.#queues.redis);
    return max === undefined ? undefined : used / max;
  }

  async check(): Promise<void> {
    await answered(this.#queues.redis.ping());
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }
}

function secondsSince(ms: number): number {
  return Math.max(0, (Date.now() - ms) / 1_000);
}
