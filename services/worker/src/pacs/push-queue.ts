import { setTimeout as delay } from 'node:timers/promises';
import {
  connectRedis,
  giveBack,
  isGivenUp,
  keptEvents,
  type LabelsOf,
  type Logger,
  markFailed,
  processingSpan,
  pushQueueName,
  queuePrefix,
  type RedisTarget,
  type Span,
  traceFields,
  type Tracer,
  unavailable,
} from '@hepastage/platform';
import type { PushOutcome } from '@hepastage/reports';
import { type Job, type JobsOptions, Queue, Worker } from 'bullmq';
import { giveBackMsMax } from '../shutdown-times.ts';
import { interruptions } from '../interruption.ts';
import type { WorkerMetrics } from '../metrics.ts';
import { type PushedJob, type PushParts, pushStudy } from './push-study.ts';

export interface PushQueueOptions extends PushParts, RedisTarget {
  readonly redisPrefix: string;
  readonly lockSeconds: number;
  /** Most tries of a push, and the pause after the first that failed, s; each is twice as long as the one before. */
  readonly attempts: number;
  readonly retrySeconds: number;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
  readonly tracer: Tracer;
}

/** How often a push may lose its worker before it is given up. */
const stalledCountMax = 5;
/** How long a push that was given up stays for ops to look at, s. */
const failedAgeSeconds = 7 * 24 * 3_600;

/**
 * What goes to the PACS after a study has succeeded. It is a queue of its own, so that
 *
 * - a PACS that is slow or away neither fails a study nor holds the place of one, and is asked again for hours;
 * - nothing is lost: a push that a shutdown interrupts goes back into the queue, one whose worker dies stalls and is taken by another. A worker that
 *   dies between a study's success and the push being queued leaves the study in its queue: whoever takes that finds it succeeded, and queues the push.
 *
 * A study may so be pushed twice. That changes nothing: its objects have the same UIDs. One push at a time bounds the memory.
 */
export class PushQueue {
  readonly #options: PushQueueOptions;
  readonly #queue: Queue<PushedJob>;
  readonly #worker: Worker<PushedJob>;
  readonly #leaving = new AbortController();
  readonly #disconnect: () => void;

  private constructor(
    options: PushQueueOptions,
    queue: Queue<PushedJob>,
    worker: Worker<PushedJob>,
    disconnect: () => void,
  ) {
    this.#options = options;
    this.#queue = queue;
    this.#worker = worker;
    this.#disconnect = disconnect;
    const { logger } = options;
    worker.on('failed', (job, error) => this.#recordGivenUp(job, error));
    const warn = (error: Error) => logger.warn({ err: unavailable(error) }, 'queue of the PACS');
    queue.on('error', warn);
    worker.on('error', warn);
  }

  static async start(options: PushQueueOptions): Promise<PushQueue> {
    const { redisPrefix, lockSeconds, logger } = options;
    const redis = await connectRedis(options, 'wait', logger);
    const pushes: { current?: PushQueue } = {};
    const shared = { connection: redis, prefix: queuePrefix(redisPrefix) };
    const queue = new Queue<PushedJob>(pushQueueName, { ...shared, streams: keptEvents });
    const worker = new Worker<PushedJob>(
      pushQueueName,
      async (job, token) => pushes.current?.process(job, token),
      {
        ...shared,
        concurrency: 1,
        lockDuration: lockSeconds * 1_000,
        stalledInterval: lockSeconds * 500,
        maxStalledCount: stalledCountMax,
        autorun: false,
      },
    );
    pushes.current = new PushQueue(options, queue, worker, () => redis.disconnect());
    try {
      await worker.waitUntilReady();
    } catch (error) {
      pushes.current.#disconnect();
      void worker.close(true).catch(() => undefined);
      throw error;
    }
    void worker.run();
    return pushes.current;
  }

  /** Once it returns, the push is as safe as Redis is. A push that waits already is not queued twice. */
  async add({ tenant, jobId, traceparent = '' }: PushedJob): Promise<void> {
    const { attempts, retrySeconds } = this.#options;
    const job: JobsOptions = {
      jobId,
      attempts,
      backoff: { type: 'exponential', delay: retrySeconds * 1_000, jitter: 0.5 },
      removeOnComplete: true,
      removeOnFail: { age: failedAgeSeconds },
    };
    await this.#queue.add('push', { tenant, jobId, traceparent }, job);
  }

  /** What BullMQ calls. It tries again what throws. */
  async process(job: Job<PushedJob>, token: string | undefined): Promise<void> {
    const span = processingSpan(this.#options.tracer, pushQueueName, job.data);
    try {
      await this.#push(job, token, span);
    } finally {
      span.end();
    }
  }

  async #push(job: Job<PushedJob>, token: string | undefined, span: Span): Promise<void> {
    const { signal } = this.#leaving;
    const { logger } = this.#options;
    const named = namesOf(job.data);
    let outcome: PushOutcome | undefined;
    try {
      outcome = await pushStudy(job.data, this.#options, signal);
    } catch (error) {
      if (signal.aborted) return giveBack(job, token, 0);
      this.#count('failed');
      markFailed(span, error);
      logger.warn({ ...named, err: error }, 'push to the PACS');
      throw error;
    }
    const kind = outcome?.kind ?? 'erased';
    this.#count(kind);
    span.setAttribute('hepastage.outcome', kind);
    logger[kind === 'stored' || kind === 'erased' ? 'info' : 'warn'](
      { ...named, outcome: kind, ...whatItSaid(outcome) },
      'push to the PACS',
    );
    if (kind === 'unavailable') throw new Error('the PACS is not available');
  }

  /** Takes no more pushes, lets the one in hand finish for `graceMs`, then gives it back. Bounded. Studies that still finish may add theirs until `close`. */
  async stop(graceMs: number): Promise<void> {
    const closed = this.#worker.close();
    await Promise.race([closed, delay(graceMs, undefined, { ref: false })]);
    this.#leaving.abort(interruptions.shutdown());
    await Promise.race([closed, delay(giveBackMsMax, undefined, { ref: false })]);
  }

  async close(): Promise<void> {
    await this.stop(0);
    this.#disconnect();
  }

  #recordGivenUp(job: Job<PushedJob> | undefined, error: Error): void {
    if (!isGivenUp(job, error)) return;
    this.#count('given-up');
    const { logger } = this.#options;
    logger.error({ ...namesOf(job.data), attempts: job.attemptsMade }, 'push to the PACS given up');
  }

  #count(outcome: LabelsOf<'hepastage_pacs_pushes_total'>['outcome']): void {
    this.#options.metrics.pacsPushes.inc({ outcome });
  }
}

/** What log lines call a push. */
function namesOf({ jobId, traceparent = '' }: PushedJob) {
  return { jobId, ...traceFields(traceparent) };
}

/** Codes alone: HTTP status, and the failure reasons (PS3.3, C.14.1.1) of objects. */
function whatItSaid(outcome: PushOutcome | undefined) {
  if (outcome === undefined) return {};
  const { attempts } = outcome;
  return {
    attempts,
    ...('status' in outcome ? { status: outcome.status } : {}),
    ...('refused' in outcome ? { reasons: outcome.refused.map(({ reason }) => reason) } : {}),
  };
}
