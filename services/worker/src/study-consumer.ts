import { setTimeout as delay } from 'node:timers/promises';
import type { JsonValue } from '@bufbuild/protobuf';
import {
  decodeJson,
  ErrorCode,
  HepastageError,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import {
  connectRedis,
  giveBack,
  giveBackToFront,
  type Logger,
  nextStudy,
  queueName,
  queuePrefix,
  type Redis,
  type RedisTarget,
  type StatusStore,
  type StudyJobData,
  traceFields,
  unavailable,
} from '@hepastage/platform';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { Canary, namesModel } from './canary.ts';
import { Interruptions, interruptions } from './interruption.ts';
import { Isolation } from './isolation.ts';
import { isCharged, mayRetry, retryDelayMs, type RetryLimits } from './retry-policy.ts';
import type { AttemptControl, Outcome } from './run-study.ts';
import { giveBackMsMax } from './shutdown-times.ts';

export interface ConsumerOptions extends RedisTarget, RetryLimits {
  readonly redisPrefix: string;
  readonly jobsInFlight: number;
  readonly jobSecondsMax: number;
  readonly lockSeconds: number;
  /** Works only on studies that name no model (canary.ts). */
  readonly canary: boolean;
  /** How many workers a study may lose before it is given up: one that kills workers must not kill them all. */
  readonly stalledMax: number;
  readonly logger: Logger;
  readonly status: StatusStore;
  /** Works on one study. Called for up to `jobsInFlight` at once. */
  readonly work: (request: StudyRequest, control: AttemptControl) => Promise<Outcome>;
  /** Told of each study that a canary gives back for other workers. */
  readonly onPassedOn?: () => void;
}

/**
 * Takes studies from the queue. The queue may give a study to two workers at once (a lock is lost when its worker is frozen or Redis is away): the
 * record's attempt fences the late one off, and the loss of a lock stops it here as soon as it is known.
 *
 * The queue gives no study up: whether one has failed is decided here, and is recorded before the queue is told, so that nothing ends unsaid. What can't be recorded
 * goes back into the queue.
 */
export class StudyConsumer {
  readonly #worker: Worker<StudyJobData>;
  readonly #options: ConsumerOptions;
  readonly #interruptions = new Interruptions();
  readonly #isolation: Isolation;
  readonly #canary: Canary | undefined;
  readonly #redis: Redis;
  readonly #stopListening: () => void;

  private constructor(worker: Worker<StudyJobData>, redis: Redis, options: ConsumerOptions) {
    this.#worker = worker;
    this.#redis = redis;
    this.#isolation = new Isolation(worker);
    this.#canary = options.canary ? new Canary(worker, async () => nextStudy(worker, redis)) : undefined;
    this.#options = options;
    const { logger, status } = options;
    this.#stopListening = status.onCancelled((_tenant, jobId) =>
      this.#interruptions.interrupt(jobId, interruptions.cancelled()),
    );
    worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) this.#interruptions.interrupt(jobId, interruptions.superseded());
    });
    worker.on('error', (error) => logger.warn({ err: queueError(error) }, 'queue'));
  }

  static async start(options: ConsumerOptions): Promise<StudyConsumer> {
    const redis = await connectRedis(options, 'wait', options.logger);
    const consumer: { current?: StudyConsumer } = {};
    const worker = new Worker<StudyJobData>(
      queueName,
      async (job, token) => consumer.current?.process(job, token),
      {
        connection: redis,
        prefix: queuePrefix(options.redisPrefix),
        concurrency: options.jobsInFlight,
        lockDuration: options.lockSeconds * 1_000,
        stalledInterval: options.lockSeconds * 500,
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        settings: { backoffStrategy: retryDelayMs },
        autorun: false,
      },
    );
    consumer.current = new StudyConsumer(worker, redis, options);
    try {
      await worker.waitUntilReady();
    } catch (error) {
      consumer.current.#disconnect();
      void worker.close(true).catch(() => undefined);
      throw error;
    }
    void worker.run();
    return consumer.current;
  }

  /** What BullMQ calls. How it ends tells the queue what to do with the job. */
  async process(job: Job<StudyJobData>, token: string | undefined): Promise<void> {
    const request = this.#requestOf(job);
    if (request === undefined) return giveBack(job, token, retryDelayMs(job.attemptsStarted));
    if (this.#interruptions.has(request.jobId)) {
      // Redis was away for longer than the lock, and gives us our own study once more: it is asked again when this run has surely ended.
      return giveBack(job, token, this.#options.lockSeconds * 1_000);
    }
    if (this.#canary && namesModel(job.data)) {
      this.#options.onPassedOn?.();
      return this.#giveBackToFront(job, token);
    }
    const deaths = job.stalledCounter;
    if (deaths >= this.#options.stalledMax) return this.#work(request, job, token, stalled(deaths));
    return this.#isolation.admit(
      deaths > 0,
      async () => this.#work(request, job, token),
      async () => this.#giveBackToFront(job, token),
    );
  }

  async #giveBackToFront(job: Job, token: string | undefined): Promise<never> {
    return giveBackToFront(job, token, this.#worker, this.#redis);
  }

  async #work(
    request: StudyRequest,
    job: Job<StudyJobData>,
    token: string | undefined,
    givenUp?: HepastageError,
  ): Promise<void> {
    const outcome = await this.#outcomeOf(request, job, givenUp);
    switch (outcome.kind) {
      case 'succeeded':
      case 'dropped':
        return;
      case 'failed':
        throw new UnrecoverableError(outcome.error.message);
      case 'returned':
        // This worker is leaving: the next one may have it at once.
        if (outcome.error.code === ErrorCode.NOT_READY) return giveBack(job, token, 0);
        if (!isCharged(outcome.error)) return giveBack(job, token, retryDelayMs(job.attemptsStarted));
        throw outcome.error;
      case 'unrecorded':
        return giveBack(job, token, retryDelayMs(job.attemptsStarted));
    }
  }

  async #outcomeOf(
    request: StudyRequest,
    job: Job<StudyJobData>,
    givenUp: HepastageError | undefined,
  ): Promise<Outcome | { readonly kind: 'unrecorded' }> {
    const { jobId } = request;
    const { work, jobSecondsMax, logger } = this.#options;
    const control = {
      mayRetry: (error: HepastageError) => mayRetry(error, job, this.#options),
      ...(givenUp && { givenUp }),
    };
    try {
      return await this.#interruptions.during(jobId, jobSecondsMax, async (signal) =>
        work(request, { signal, ...control }),
      );
    } catch (error) {
      const fields = { jobId, ...traceFields(request.traceparent) };
      logger.warn({ ...fields, err: error }, 'outcome not recorded: the study goes back into the queue');
      return { kind: 'unrecorded' };
    }
  }

  /** Undefined where it can't be read: whoever queued it was newer, mostly, and so will be the worker that takes it at last. */
  #requestOf(job: Job<StudyJobData>): StudyRequest | undefined {
    try {
      return decodeJson(StudyRequestSchema, job.data as JsonValue);
    } catch {
      // What is wrong with it is not told: that might quote what it says.
      const what = 'the queue holds a study that this worker can’t read';
      const err = new HepastageError(ErrorCode.INTERNAL, { what, action: 'run workers of the same version' });
      this.#options.logger.error({ jobId: job.id, err }, 'study goes back into the queue');
      return undefined;
    }
  }

  /** Takes no more studies, lets those in hand finish for `graceMs`, then gives them back. Bounded: what doesn't stop by then stalls, and the queue gives it to another. */
  async stop(graceMs: number): Promise<void> {
    this.#canary?.stop();
    const closed = this.#worker.close();
    await Promise.race([closed, delay(graceMs, undefined, { ref: false })]);
    this.#interruptions.interruptAll(interruptions.shutdown());
    await Promise.race([closed, delay(giveBackMsMax, undefined, { ref: false })]);
    this.#disconnect();
  }

  #disconnect(): void {
    this.#stopListening();
    this.#redis.disconnect();
  }
}

function stalled(deaths: number): HepastageError {
  return new HepastageError(ErrorCode.JOB_STALLED, {
    what: `the job’s worker died ${deaths} times`,
    action: 'send the study again; if that fails too, it may be the study: tell support its job id',
  });
}

/** BullMQ says in the same event that Redis is away and that a study was lost to another worker. */
function queueError(error: Error): HepastageError {
  if (!/\block\b/i.test(error.message)) return unavailable(error);
  return new HepastageError(ErrorCode.JOB_SUPERSEDED, {
    what: `the queue’s lock on a study was lost: ${error.message}`,
    action: 'nothing, if it is rare: the study is given to a worker again',
  });
}
