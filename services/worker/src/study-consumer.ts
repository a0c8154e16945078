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
  type Logger,
  queueName,
  queuePrefix,
  type StatusStore,
  type StudyJobData,
  unavailable,
} from '@hepastage/platform';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { giveBack, giveBackMsMax } from './give-back.ts';
import { Interruptions, interruptions } from './interruption.ts';
import { type AttemptControl, jobError, type Outcome } from './run-study.ts';

export interface ConsumerOptions {
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly jobsInFlight: number;
  readonly jobSecondsMax: number;
  readonly lockSeconds: number;
  readonly logger: Logger;
  readonly status: StatusStore;
  /** Works on one study. Called for up to `jobsInFlight` at once. */
  readonly work: (request: StudyRequest, control: AttemptControl) => Promise<Outcome>;
}

/** How often a study may lose its worker before it is given up: a study that kills workers must not kill them all. */
const stalledCountMax = 2;

/**
 * Takes studies from the queue. The queue may give a study to two workers at once (a lock is lost when its worker is frozen or Redis is away): the
 * record's attempt fences the late one off, and the loss of a lock stops it here as soon as it is known.
 */
export class StudyConsumer {
  readonly #worker: Worker<StudyJobData>;
  readonly #options: ConsumerOptions;
  readonly #interruptions = new Interruptions();
  readonly #disconnect: () => void;

  private constructor(worker: Worker<StudyJobData>, options: ConsumerOptions, disconnect: () => void) {
    this.#worker = worker;
    this.#options = options;
    const { logger, status } = options;
    const stopListening = status.onCancelled((_tenant, jobId) =>
      this.#interruptions.interrupt(jobId, interruptions.cancelled()),
    );
    this.#disconnect = () => {
      stopListening();
      disconnect();
    };
    worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) this.#interruptions.interrupt(jobId, interruptions.superseded());
    });
    worker.on('failed', (job, error) => void this.#recordGivenUp(job, error));
    worker.on('error', (error) => logger.warn({ err: queueError(error) }, 'queue'));
  }

  static async start(options: ConsumerOptions): Promise<StudyConsumer> {
    const redis = await connectRedis(options.redisUrl, 'wait', options.logger);
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
        maxStalledCount: stalledCountMax,
        autorun: false,
      },
    );
    consumer.current = new StudyConsumer(worker, options, () => redis.disconnect());
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
    const request = requestOf(job);
    if (this.#interruptions.has(request.jobId)) {
      // Redis was away for longer than the lock, and gives us our own study once more: it is asked again when this run has surely ended.
      return giveBack(job, token, this.#options.lockSeconds * 1_000);
    }
    const mayRetry = job.attemptsMade + 1 < (job.opts.attempts ?? 1);
    const outcome = await this.#interruptions.during(
      request.jobId,
      this.#options.jobSecondsMax,
      async (signal) => this.#options.work(request, { signal, mayRetry }),
    );
    switch (outcome.kind) {
      case 'succeeded':
      case 'dropped':
        return;
      case 'failed':
        throw new UnrecoverableError(outcome.error.message);
      case 'returned':
        // This worker is leaving: the next one may have it at once.
        if (outcome.error.code === ErrorCode.NOT_READY) return giveBack(job, token, 0);
        throw outcome.error;
    }
  }

  /** Takes no more studies, lets those in hand finish for `graceMs`, then gives them back. Bounded: what doesn't stop by then stalls, and the queue gives it to another. */
  async stop(graceMs: number): Promise<void> {
    const closed = this.#worker.close();
    await Promise.race([closed, delay(graceMs, undefined, { ref: false })]);
    this.#interruptions.interruptAll(interruptions.shutdown());
    await Promise.race([closed, delay(giveBackMsMax, undefined, { ref: false })]);
    this.#disconnect();
  }

  /** What the queue gives up for good nobody takes again: its owner must be told. (Mostly the record says so already, and stays as it is.) */
  async #recordGivenUp(job: Job<StudyJobData> | undefined, error: Error): Promise<void> {
    const hasStalled = error.message.startsWith('job stalled');
    if (job === undefined || !(hasStalled || job.finishedOn)) return;
    const { status, logger } = this.#options;
    const reason = hasStalled ? stalled() : HepastageError.from(error);
    try {
      const { tenant, jobId } = requestOf(job);
      if (await status.fail(tenant, jobId, undefined, jobError(reason))) {
        logger.error({ jobId, err: reason }, 'study given up');
      }
    } catch (failure) {
      logger.error({ jobId: job.id, err: failure }, 'study given up, but not recorded');
    }
  }
}

function stalled(): HepastageError {
  return new HepastageError(ErrorCode.JOB_STALLED, {
    what: `the job’s worker died ${stalledCountMax + 1} times`,
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

function requestOf(job: Job<StudyJobData>): StudyRequest {
  return decodeJson(StudyRequestSchema, job.data as JsonValue);
}
