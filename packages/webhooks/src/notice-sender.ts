import { setTimeout as delay } from 'node:timers/promises';
import {
  connectRedis,
  copiesOf,
  giveBack,
  hasStalled,
  isGivenUp,
  type Logger,
  noticeQueueName,
  queuePrefix,
  type Redis,
  type RedisTarget,
  unavailable,
} from '@hepastage/platform';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { DisabledTargets } from './disabled-targets.ts';
import type { NoticedJob } from './notice-queue.ts';
import { pauseMs } from './retry-schedule.ts';
import { type FailureReason, type Sending, sendNotice, type SendingParts } from './send-notice.ts';
import { TargetGuard } from './target-guard.ts';

/** What the sender tells of: every try that was made, every notice that won't be tried again, and what kept it from trying. */
export type SendingEvent =
  | Exclude<Sending, { readonly kind: 'early' }>
  | { readonly kind: 'given-up'; readonly triesMade: number }
  | { readonly kind: 'hindered'; readonly error: HepastageError };

export interface NoticeSenderOptions extends RedisTarget, Pick<SendingParts, 'status' | 'targetOf' | 'keys'> {
  readonly redisPrefix: string;
  /** Targets that need not be public: host names, IP addresses and CIDR blocks. */
  readonly allowedTargets: readonly string[];
  /** Pauses between the tries of a notice, s. */
  readonly retrySeconds: readonly number[];
  readonly logger: Logger;
  /** `begun`: when the try began, ms since 1970. */
  readonly onEvent: (job: NoticedJob, event: SendingEvent, begun: number) => void;
}

/** Slow targets hold others up once there are as many. */
const sendingAtOnce = 16;
/** How often a notice may lose its sender before it is given up. */
const stalledCountMax = 5;
/** How long a notice waits that came before its job's end, until it is looked at again, ms. */
const earlyMs = 2_000;
/** Longest that giving back, and what is left to say to Redis, may take, ms. */
const giveBackMsMax = 5_000;

/**
 * Sends what is in the NoticeQueue, at least once: a notice that a shutdown interrupts goes back, one whose sender dies stalls and is taken by another.
 * Any number of senders may run.
 */
export class NoticeSender {
  readonly #options: NoticeSenderOptions;
  readonly #parts: SendingParts;
  readonly #worker: Worker<NoticedJob>;
  readonly #leaving = new AbortController();
  readonly #redis: Redis;
  readonly #copies: readonly Redis[];

  private constructor(
    options: NoticeSenderOptions,
    parts: SendingParts,
    worker: Worker<NoticedJob>,
    redis: Redis,
    copies: readonly Redis[],
  ) {
    this.#options = options;
    this.#parts = parts;
    this.#worker = worker;
    this.#redis = redis;
    this.#copies = copies;
    worker.on('failed', (job, error) => this.#tellGivenUp(job, error));
    worker.on('error', (error) => options.logger.warn({ err: unavailable(error) }, 'queue of webhooks'));
  }

  /** Throws INVALID_CONFIG, QUEUE_UNAVAILABLE. */
  static async start(options: NoticeSenderOptions): Promise<NoticeSender> {
    const { redisPrefix, logger, retrySeconds } = options;
    const guard = new TargetGuard(options.allowedTargets);
    const redis = await connectRedis(options, 'wait', logger);
    const copies = copiesOf(redis);
    const parts = { ...options, guard, disabled: new DisabledTargets(redis, redisPrefix) };
    const sender: { current?: NoticeSender } = {};
    const worker = new Worker<NoticedJob>(
      noticeQueueName,
      async (job, token) => sender.current?.process(job, token),
      {
        connection: redis,
        prefix: queuePrefix(redisPrefix),
        concurrency: sendingAtOnce,
        maxStalledCount: stalledCountMax,
        autorun: false,
        settings: {
          // BullMQ tries no more where it is told to wait for -1.
          backoffStrategy: (triesMade, _type, error) =>
            pauseMs(retrySeconds, triesMade, error instanceof NotDelivered ? error.retryAfterMs : 0) ?? -1,
        },
      },
    );
    sender.current = new NoticeSender(options, parts, worker, redis, copies);
    void worker.run();
    return sender.current;
  }

  /** What BullMQ calls. It tries again what throws. */
  async process(job: Job<NoticedJob>, token: string | undefined): Promise<void> {
    const { signal } = this.#leaving;
    const begun = Date.now();
    let sending: Sending;
    try {
      sending = await sendNotice(job.data, this.#parts, signal);
    } catch (error) {
      if (signal.aborted) return giveBack(job, token, 0);
      const cause = HepastageError.from(error);
      this.#tell(job, { kind: 'hindered', error: cause }, begun);
      throw new Error(cause.codeName, { cause: error });
    }
    if (sending.kind === 'early') return giveBack(job, token, earlyMs);
    this.#tell(job, sending, begun);
    if (sending.kind === 'failed') throw new NotDelivered(sending);
    if (sending.kind === 'refused' || sending.kind === 'disabled')
      throw new UnrecoverableError(sending.reason);
  }

  /** Takes no more notices, lets those in hand finish for `graceMs`, then gives them back. Bounded. */
  async stop(graceMs: number): Promise<void> {
    // Without its Redis there is nothing that could end well, and BullMQ would wait for it.
    const isCutOff = this.#redis.status !== 'ready';
    const closed = this.#worker.close(isCutOff).catch(() => undefined);
    await Promise.race([closed, delay(graceMs, undefined, { ref: false })]);
    this.#leaving.abort(new HepastageError(ErrorCode.NOT_READY, { what: 'the sender is shutting down' }));
    await Promise.race([closed, delay(giveBackMsMax, undefined, { ref: false })]);
    for (const connection of [...this.#copies, this.#redis]) connection.disconnect();
  }

  /** A notice whose tries are used up, or whose senders died. (Of others the last try has said that it was the last.) */
  #tellGivenUp(job: Job<NoticedJob> | undefined, error: Error): void {
    if (!isGivenUp(job, error)) return;
    if (error instanceof UnrecoverableError && !hasStalled(error)) return;
    this.#tell(job, { kind: 'given-up', triesMade: job.attemptsMade });
  }

  #tell(job: Job<NoticedJob>, event: SendingEvent, begun = Date.now()): void {
    this.#options.onEvent(job.data, event, begun);
  }
}

/** Has BullMQ try again. Its message is what stays of a notice that is given up. */
class NotDelivered extends Error {
  readonly retryAfterMs: number;

  constructor({
    reason,
    status,
    cause,
    retryAfterMs = 0,
  }: {
    readonly reason: FailureReason;
    readonly status?: number;
    readonly cause?: string;
    readonly retryAfterMs?: number;
  }) {
    super([reason, status, cause].filter((part) => part !== undefined).join(' '));
    this.retryAfterMs = retryAfterMs;
  }
}
