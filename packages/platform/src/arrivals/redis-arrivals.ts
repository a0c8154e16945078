import { DelayedError, type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { queuePrefix } from '../queue/queue-contract.ts';
import { answered, connectRedis, unavailable } from '../redis/connection.ts';
import { abandonLua, closeLua, enterLua } from './arrival.lua.ts';
import type { Arrival, Arrivals, Closing, OnQuiet, StudyName } from './arrivals.ts';

export interface ArrivalsOptions {
  readonly redisUrl: string;
  readonly redisPrefix: string;
  /** How long nothing of a study must have come before it counts as complete, ms. */
  readonly quietMs: number;
  readonly logger: Logger;
}

const queueName = 'arrivals';
/** A store that is away comes back: a quiet study is tried again for a day. */
const attempts = 2_880;
const backoff = { type: 'fixed', delay: 30_000, jitter: 0.5 };

export async function openArrivals(options: ArrivalsOptions): Promise<Arrivals> {
  const redis = await connectRedis(options.redisUrl, 'fail-fast', options.logger);
  return new RedisArrivals(redis, options);
}

class RedisArrivals implements Arrivals {
  readonly #redis: Redis;
  readonly #queue: Queue<Arrival>;
  readonly #options: ArrivalsOptions;
  #worker: Worker<Arrival> | undefined;
  #workerRedis: Redis | undefined;

  constructor(redis: Redis, options: ArrivalsOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#queue = new Queue<Arrival>(queueName, {
      connection: redis,
      prefix: queuePrefix(options.redisPrefix),
      skipWaitingForReady: true,
    });
    this.#queue.on('error', (error) => options.logger.warn({ err: unavailable(error) }, 'arrivals'));
  }

  async closeQuiet(onQuiet: OnQuiet): Promise<void> {
    const { redisUrl, redisPrefix, logger } = this.#options;
    this.#workerRedis = await connectRedis(redisUrl, 'wait', logger);
    this.#worker = new Worker<Arrival>(queueName, async (job, token) => this.#closeOne(job, token, onQuiet), {
      connection: this.#workerRedis,
      prefix: queuePrefix(redisPrefix),
    });
    this.#worker.on('error', (error) => logger.warn({ err: unavailable(error) }, 'arrivals'));
    this.#worker.on('failed', (job, err) => logger.warn({ jobId: job?.data.jobId, err }, 'arrival not closed'));
  }

  async enter(
    { tenant, studyInstanceUid }: StudyName,
    newJobId: string,
    { id, msMax }: { readonly id: string; readonly msMax: number },
  ): Promise<Arrival> {
    const now = Date.now();
    const keys = this.#keys({ tenant, studyInstanceUid });
    const jobId = (await answered(
      this.#redis.eval(enterLua, keys.length, ...keys, newJobId, id, now, now + msMax),
    )) as string;
    const arrival = { tenant, studyInstanceUid, jobId };
    // Should this bringer die, somebody must still look after the study.
    await this.#waitForQuiet(arrival);
    return arrival;
  }

  async leave(arrival: Arrival, bringerId: string): Promise<void> {
    await this.#waitForQuiet(arrival);
    const [, bringers] = this.#keys(arrival);
    await answered(this.#redis.zrem(bringers, bringerId));
  }

  async close(study: StudyName): Promise<Closing> {
    return this.#close(study, '');
  }

  async abandon(arrival: Arrival): Promise<void> {
    const keys = this.#keys(arrival);
    await answered(this.#redis.eval(abandonLua, keys.length, ...keys, arrival.jobId));
  }

  async shutDown(): Promise<void> {
    await this.#worker?.close();
    await this.#queue.close();
    this.#workerRedis?.disconnect();
    this.#redis.disconnect();
  }

  /** Sets the study's alarm, or sets it back: there is one at a time. */
  async #waitForQuiet(arrival: Arrival): Promise<void> {
    const { quietMs } = this.#options;
    await answered(
      this.#queue.add('close', arrival, {
        delay: quietMs,
        deduplication: { id: arrival.jobId, ttl: quietMs, extend: true, replace: true },
        attempts,
        backoff,
        removeOnComplete: true,
        removeOnFail: true,
      }),
    );
  }

  async #closeOne(job: Job<Arrival>, token: string | undefined, onQuiet: OnQuiet): Promise<void> {
    const { kind } = await this.#close(job.data, job.data.jobId);
    if (kind === 'busy') {
      await job.moveToDelayed(Date.now() + this.#options.quietMs, token);
      throw new DelayedError();
    }
    // Absent: it was closed before, but whoever did it may not have come to an end.
    await onQuiet(job.data);
  }

  /** `jobId`: only if the arrival is still this job's; empty for any. */
  async #close(study: StudyName, jobId: string): Promise<Closing> {
    const keys = this.#keys(study);
    const [kind, closed] = (await answered(
      this.#redis.eval(closeLua, keys.length, ...keys, Date.now(), jobId),
    )) as [Closing['kind'], string];
    return kind === 'closed' ? { kind, jobId: closed } : { kind };
  }

  #keys({ tenant, studyInstanceUid }: StudyName): [string, string] {
    const key = `${this.#options.redisPrefix}:arrival:${tenant}:${studyInstanceUid}`;
    return [key, `${key}:bringers`];
  }
}
