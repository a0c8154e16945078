import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { connectRedis, unavailable } from '../redis/connection.ts';
import type { RedisTarget } from '../redis/redis-target.ts';
import {
  keptEvents,
  noticeQueueName,
  pushQueueName,
  queueName,
  queuePrefix,
  type StudyJobData,
} from './queue-contract.ts';

export interface QueueOptions extends RedisTarget {
  readonly redisPrefix: string;
  readonly logger: Logger;
}

/** The service's queues over one connection. */
export interface Queues {
  readonly redis: Redis;
  readonly studies: Queue<StudyJobData>;
  readonly pushes: Queue;
  readonly notices: Queue;
  close(): Promise<void>;
}

/** For whoever adds to the queues or looks into them: never waits for a Redis that is down. */
export async function openQueues(options: QueueOptions): Promise<Queues> {
  const { redisPrefix, logger } = options;
  const redis = await connectRedis(options, 'fail-fast', logger);
  const open = <T>(name: string) => {
    const queue = new Queue<T>(name, {
      connection: redis,
      prefix: queuePrefix(redisPrefix),
      skipWaitingForReady: true,
      streams: keptEvents,
    });
    queue.on('error', (error) => logger.warn({ err: unavailable(error) }, 'queue'));
    return queue;
  };
  const studies = open<StudyJobData>(queueName);
  const pushes = open(pushQueueName);
  const notices = open(noticeQueueName);
  return {
    redis,
    studies,
    pushes,
    notices,
    close: async () => {
      await Promise.all([studies, pushes, notices].map(async (queue) => queue.close()));
      redis.disconnect();
    },
  };
}
