import { setTimeout as delay } from 'node:timers/promises';
import { type Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { giveBack } from '../queue/give-back.ts';
import { keptEvents, queuePrefix } from '../queue/queue-contract.ts';
import { answered, connectRedis, unavailable } from '../redis/connection.ts';
import { copiesOf } from '../redis/connection-copies.ts';
import type { RedisTarget } from '../redis/redis-target.ts';
import { abandonLua, closeLua, enterLua, leaveLua, settleLua } from './arrival.lua.ts';
import type { Arrival, Arrivals, Bringer, Closing, Leaving, OnQuiet, StudyName } from './arrivals.ts';

export interface ArrivalsOptions extends RedisTarget {
  readonly redisPrefix: string;
  /** How long nothing of a study must have come before it counts as complete, ms. */
  readonly quietMs: number;
  readonly logger: Logger;
}

const queueName = 'arrivals';
/** A store that is away comes back: a study that can't be closed is tried again for so long, ms. */
const patienceMs = 24 * 3_600_000;
/** Studies that one replica closes at once. */
const closingAtOnce = 4;
/** Longest that a replica which stops waits for studies that it is closing, ms: what is not done by then another replica does. */
const closingMsMax = 5_000;
/** How often a study's replica may die on it: as often as it likes. */
const stalledCountMax = 1_000;

export async function openArrivals(options: ArrivalsOptions): Promise<Arrivals> {
  const redis = await connectRedis(options, 'fail-fast', options.logger);
  return new RedisArrivals(redis, options);
}

/** `isLost`: it may be that nobody knows of the arrival, and it is closed all the same. */
type Alarm = Arrival & { readonly isLost?: true };

/** `dueMs`: when to ask again at the soonest. */
type AlarmClosing =
  | Exclude<Closing, { kind: 'busy' }>
  | { readonly kind: 'busy' | 'early'; readonly dueMs: number };

class RedisArrivals implements Arrivals {
  readonly #redis: Redis;
  readonly #queue: Queue<Alarm>;
  readonly #options: ArrivalsOptions;
  #worker: Worker<Alarm> | undefined;
  #workerRedis: Redis | undefined;
  #workerCopies: readonly Redis[] = [];

  constructor(redis: Redis, options: ArrivalsOptions) {
    this.#redis = redis;
    this.#options = options;
    this.#queue = new Queue<Alarm>(queueName, {
      connection: redis,
      prefix: queuePrefix(options.redisPrefix),
      skipWaitingForReady: true,
      streams: keptEvents,
    });
    this.#queue.on('error', (error) => options.logger.warn({ err: unavailable(error) }, 'arrivals'));
  }

  async closeQuiet(onQuiet: OnQuiet): Promise<void> {
    const { redisPrefix, logger } = this.#options;
    this.#workerRedis = await connectRedis(this.#options, 'wait', logger);
    this.#workerCopies = copiesOf(this.#workerRedis);
    this.#worker = new Worker<Alarm>(queueName, async (job, token) => this.#closeOne(job, token, onQuiet), {
      connection: this.#workerRedis,
      prefix: queuePrefix(redisPrefix),
      concurrency: closingAtOnce,
      maxStalledCount: stalledCountMax,
    });
    this.#worker.on('error', (error) => logger.warn({ err: unavailable(error) }, 'arrivals'));
    this.#worker.on('failed', (job, err) =>
      logger.warn({ jobId: job?.data.jobId, err }, 'arrival not closed'),
    );
  }

  async enter(study: StudyName, newJobId: string, { id, msMax }: Bringer): Promise<Arrival> {
    const now = Date.now();
    const jobId = (await this.#eval(enterLua, study, newJobId, id, now, now + msMax)) as string;
    const arrival = { tenant: study.tenant, studyInstanceUid: study.studyInstanceUid, jobId };
    await this.#setAlarm(arrival);
    return arrival;
  }

  async leave(arrival: Arrival, bringerId: string): Promise<Leaving> {
    return (await this.#eval(leaveLua, arrival, arrival.jobId, bringerId, Date.now())) as Leaving;
  }

  async close(study: StudyName, said: string): Promise<Closing> {
    const closing = await this.#close(study, '', 0, said);
    return 'dueMs' in closing ? { kind: 'busy' } : closing;
  }

  async closeIfQuiet(arrival: Arrival, quietMs: number): Promise<Closing> {
    const closing = await this.#close(arrival, arrival.jobId, quietMs, '');
    return 'dueMs' in closing ? { kind: 'busy' } : closing;
  }

  async closeLost(arrival: Arrival): Promise<void> {
    await this.#setAlarm({ ...arrival, isLost: true });
  }

  async settle(arrival: Arrival): Promise<void> {
    await this.#eval(settleLua, arrival, arrival.jobId);
    await this.#endAlarm(arrival);
  }

  async abandon(arrival: Arrival): Promise<void> {
    await this.#eval(abandonLua, arrival, arrival.jobId);
    await this.#endAlarm(arrival);
  }

  async shutDown(): Promise<void> {
    // Without its Redis there is nothing that could end well, and BullMQ would wait for it.
    const isCutOff = this.#workerRedis?.status !== 'ready';
    const closed = this.#worker?.close(isCutOff).catch(() => undefined);
    await Promise.race([closed, delay(closingMsMax, undefined, { ref: false })]);
    await this.#queue.close();
    for (const copy of this.#workerCopies) copy.disconnect();
    this.#workerRedis?.disconnect();
    this.#redis.disconnect();
  }

  /**
   * Sets the alarm of an arrival. It has the job's id, so that there is never more than one, and it puts itself off until the arrival is closed: whoever
   * comes and goes need not move it.
   */
  async #setAlarm(alarm: Alarm): Promise<void> {
    const { quietMs } = this.#options;
    await answered(
      this.#queue.add('close', alarm, {
        jobId: alarm.jobId,
        delay: quietMs,
        attempts: Math.ceil((2 * patienceMs) / quietMs),
        backoff: { type: 'fixed', delay: quietMs, jitter: 0.5 },
        removeOnComplete: true,
        removeOnFail: true,
      }),
    );
  }

  /** Unless it is ringing: then it ends by itself. */
  async #endAlarm({ jobId }: Arrival): Promise<void> {
    await answered(this.#queue.remove(jobId));
  }

  async #closeOne(job: Job<Alarm>, token: string | undefined, onQuiet: OnQuiet): Promise<void> {
    const { isLost, ...arrival } = job.data;
    const closing = await this.#close(arrival, arrival.jobId, this.#options.quietMs, '');
    if ('dueMs' in closing) return giveBack(job, token, closing.dueMs - Date.now());
    if (closing.kind === 'absent' && isLost !== true) return;
    await onQuiet(arrival, closing.kind === 'closed' ? closing.said : '');
    await this.settle(arrival);
  }

  /** `jobId`: only the arrival of this job; empty for any. `quietMs`: only if nobody came or went for so long. */
  async #close(study: StudyName, jobId: string, quietMs: number, said: string): Promise<AlarmClosing> {
    const reply = await this.#eval(closeLua, study, Date.now(), jobId, quietMs, said);
    const [kind, closed, rest] = reply as [AlarmClosing['kind'], string, string];
    if (kind === 'closed') return { kind, jobId: closed, said: rest };
    return kind === 'absent' ? { kind } : { kind, dueMs: Number(rest) };
  }

  async #eval(script: string, study: StudyName, ...parameters: (string | number)[]): Promise<unknown> {
    const open = `${this.#options.redisPrefix}:arrival:${study.tenant}:${study.studyInstanceUid}`;
    const keys = [open, `${open}:bringers`, `${open}:closed`];
    return answered(this.#redis.eval(script, keys.length, ...keys, ...parameters));
  }
}
