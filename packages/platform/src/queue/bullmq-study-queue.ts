import { encodeJson, type StudyRequest, StudyRequestSchema } from '@hepastage/proto';
import { type JobState, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { answered, connectRedis, unavailable } from '../redis/connection.ts';
import { memoryUse } from '../redis/memory-use.ts';
import type { RedisTarget } from '../redis/redis-target.ts';
import {
  jobOptions,
  keptEvents,
  noticeQueueName,
  pushQueueName,
  queueName,
  queuePrefix,
  type StudyJobData,
} from './queue-contract.ts';
import { type QueueOutlook, readOutlook } from './queue-outlook.ts';
import type { QueueCount, QueueState, StudyQueue } from './study-queue.ts';

const states = ['waiting', 'prioritized', 'active', 'delayed', 'failed'] as const;

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

export interface StudyQueueOptions extends RedisTarget {
  readonly redisPrefix: string;
  readonly logger: Logger;
}

export async function openStudyQueue(options: StudyQueueOptions): Promise<StudyQueue> {
  const { redisPrefix, logger } = options;
  const redis = await connectRedis(options, 'fail-fast', logger);
  const open = <T>(name: string) => {
    const prefix = queuePrefix(redisPrefix);
    const queue = new Queue<T>(name, {
      connection: redis,
      prefix,
      skipWaitingForReady: true,
      streams: keptEvents,
    });
    queue.on('error', (error) => logger.warn({ err: unavailable(error) }, 'queue'));
    return queue;
  };
  return new BullMqStudyQueue(
    open<StudyJobData>(queueName),
    open(pushQueueName),
    open(noticeQueueName),
    redis,
  );
}

class BullMqStudyQueue implements StudyQueue {
  readonly #queue: Queue<StudyJobData>;
  readonly #pushes: Queue;
  readonly #notices: Queue;
  readonly #redis: Redis;

  constructor(queue: Queue<StudyJobData>, pushes: Queue, notices: Queue, redis: Redis) {
    this.#queue = queue;
    this.#pushes = pushes;
    this.#notices = notices;
    this.#redis = redis;
  }

  async add(request: StudyRequest): Promise<void> {
    await answered(this.#queue.add('stage', encodeJson(StudyRequestSchema, request), jobOptions(request)));
  }

  async remove(jobId: string): Promise<boolean> {
    await answered(this.#pushes.remove(jobId));
    return (await answered(this.#queue.remove(jobId))) === 1;
  }

  async state(jobId: string): Promise<QueueState> {
    return stateOf[await answered(this.#queue.getJobState(jobId))];
  }

  async outlook(jobIds: readonly string[]): Promise<QueueOutlook> {
    return readOutlook(this.#queue, this.#redis, jobIds);
  }

  async counts(): Promise<Readonly<Record<string, number>>> {
    return answered(this.#queue.getJobCounts(...states));
  }

  async countsByQueue(): Promise<QueueCount[]> {
    const counts = await Promise.all([
      countsOf(queueName, this.#queue),
      countsOf(pushQueueName, this.#pushes),
      countsOf(noticeQueueName, this.#notices),
    ]);
    return counts.flat();
  }

  async oldestAgeSeconds(): Promise<number> {
    // One job from the old end of either lane is enough: each lane is in order of arrival.
    const lanes = await Promise.all(
      (['waiting', 'prioritized'] as const).map(async (lane) =>
        answered(this.#queue.getJobs([lane], 0, 0, true)),
      ),
    );
    const oldest = Math.min(...lanes.flat().map((job) => job.timestamp));
    return oldest === Infinity ? 0 : Math.max(0, (Date.now() - oldest) / 1_000);
  }

  async memoryShare(): Promise<number | undefined> {
    const { used, max } = await memoryUse(this.#redis);
    return max === undefined ? undefined : used / max;
  }

  async check(): Promise<void> {
    await answered(this.#redis.ping());
  }

  async close(): Promise<void> {
    await Promise.all([this.#queue, this.#pushes, this.#notices].map(async (queue) => queue.close()));
    this.#redis.disconnect();
  }
}

async function countsOf(name: QueueCount['queue'], queue: Queue): Promise<QueueCount[]> {
  const counts = await answered(queue.getJobCounts(...states));
  return states.map((state) => ({ queue: name, state, jobs: counts[state] ?? 0 }));
}
