import {
  answered,
  connectRedis,
  keptEvents,
  type Logger,
  noticeQueueName,
  queuePrefix,
  type RedisTarget,
  type TracedJob,
  unavailable,
} from '@hepastage/platform';
import { type JobsOptions, Queue } from 'bullmq';
import { retriesMax } from './settings.ts';

/** A job that has ended, and whose target is to be told. */
export interface NoticedJob extends TracedJob {
  readonly tenant: string;
}

/** A notice that was given up. */
export interface DeadNotice extends NoticedJob {
  /** Why, in a few words. */
  readonly reason: string;
  readonly at: Date;
}

export interface NoticeQueueOptions extends RedisTarget {
  readonly redisPrefix: string;
  /** As for `connectRedis`. */
  readonly patience: Parameters<typeof connectRedis>[1];
  readonly logger: Logger;
}

/** How long a notice that was given up stays, to be looked at and replayed, s. */
const deadAgeSeconds = 30 * 24 * 3_600;

/** One entry a job: two of them would tell the same. */
const jobOptions = (jobId: string): JobsOptions => ({
  jobId,
  // How often a notice is really tried, and when, is for the sender to say.
  attempts: retriesMax + 2,
  backoff: { type: 'custom' },
  removeOnComplete: true,
  removeOnFail: { age: deadAgeSeconds },
  stackTraceLimit: 0,
});

/**
 * Jobs whose targets are to be told that they have ended. Whoever makes a job SUCCEEDED or FAILED adds it here before he forgets it, or before he makes it so: then its
 * notice waits for that. The sender finds out whom to tell, if anybody. An entry carries names alone: what is told stands in the record. Throws QUEUE_UNAVAILABLE.
 */
export class NoticeQueue {
  readonly #queue: Queue<NoticedJob>;
  readonly #disconnect: () => void;

  private constructor(queue: Queue<NoticedJob>, disconnect: () => void) {
    this.#queue = queue;
    this.#disconnect = disconnect;
  }

  static async open(options: NoticeQueueOptions): Promise<NoticeQueue> {
    const { redisPrefix, patience, logger } = options;
    const redis = await connectRedis(options, patience, logger);
    const queue = new Queue<NoticedJob>(noticeQueueName, {
      connection: redis,
      prefix: queuePrefix(redisPrefix),
      skipWaitingForReady: true,
      streams: keptEvents,
    });
    queue.on('error', (error) => logger.warn({ err: unavailable(error) }, 'queue of webhooks'));
    return new NoticeQueue(queue, () => redis.disconnect());
  }

  /** Once it returns, the notice is as safe as Redis is. One that waits, or was given up, stays as it is. */
  async add({ tenant, jobId, traceparent = '' }: NoticedJob): Promise<void> {
    await answered(this.#queue.add('notice', { tenant, jobId, traceparent }, jobOptions(jobId)));
  }

  /** Sends a notice now, with all its tries before it, whatever became of it. Targets know it by its id. */
  async replay(job: NoticedJob): Promise<void> {
    const entry = await answered(this.#queue.getJob(job.jobId));
    switch (await answered(entry?.getState() ?? Promise.resolve('unknown' as const))) {
      case 'failed':
        return answered(entry!.retry('failed', { resetAttemptsMade: true }));
      case 'delayed':
        return answered(entry!.promote());
      default:
        return this.add(job);
    }
  }

  /** Nobody is told of a job that was erased. */
  async remove(jobId: string): Promise<void> {
    await answered(this.#queue.remove(jobId));
  }

  /** Notices that were given up, the latest first. */
  async dead(): Promise<DeadNotice[]> {
    const entries = await answered(this.#queue.getFailed());
    return entries.map(({ data: { tenant, jobId }, failedReason, finishedOn = 0 }) => ({
      tenant,
      jobId,
      reason: failedReason,
      at: new Date(finishedOn),
    }));
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#disconnect();
  }
}
