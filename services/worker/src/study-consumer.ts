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
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import { Interruptions, interruptions } from './interruption.ts';
import { jobError, type Outcome } from './run-study.ts';

export interface ConsumerOptions {
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly jobsInFlight: number;
  readonly jobSecondsMax: number;
  readonly lockSeconds: number;
  readonly logger: Logger;
  readonly status: StatusStore;
  /** Works on one study. Called for up to `jobsInFlight` at once. */
  readonly work: (
    request: StudyRequest,
    control: { signal: AbortSignal; mayRetry: boolean },
  ) => Promise<Outcome>;
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
    worker.on('failed', (job, error) => void this.#recordStalled(job, error));
    worker.on('error', (error) => logger.warn({ err: unavailable(error) }, 'queue'));
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
    await worker.waitUntilReady();
    void worker.run();
    return consumer.current;
  }

  /** What BullMQ calls. How it ends tells the queue what to do with the job. */
  async process(job: Job<StudyJobData>, token: string | undefined): Promise<void> {
    const request = requestOf(job);
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
        if (outcome.error.code === ErrorCode.NOT_READY) {
          // Given back because this worker is leaving: the next one may have it at once, and no attempt is spent.
          await job.moveToDelayed(Date.now(), token);
          throw new DelayedError();
        }
        throw outcome.error;
    }
  }

  /** Takes no more studies, lets those in hand finish for `graceMs`, then gives them back. Bounded: what doesn't stop by then stalls, and the queue gives it to another. */
  async stop(graceMs: number): Promise<void> {
    const closed = this.#worker.close();
    await Promise.race([closed, elapsed(graceMs)]);
    this.#interruptions.interruptAll(interruptions.shutdown());
    await Promise.race([closed, elapsed(giveBackMsMax)]);
    this.#disconnect();
  }

  /** The queue itself fails a study whose workers died too often: nobody else would tell its owner. */
  async #recordStalled(job: Job<StudyJobData> | undefined, error: Error): Promise<void> {
    if (job === undefined || !error.message.startsWith('job stalled')) return;
    const { status, logger } = this.#options;
    const { tenant, jobId } = requestOf(job);
    const stalled = new HepastageError(ErrorCode.JOB_STALLED, {
      what: `the job’s worker died ${stalledCountMax + 1} times`,
      action: 'send the study again; if that fails too, it may be the study: tell support its job id',
    });
    logger.error({ jobId, err: stalled }, 'study given up');
    try {
      await status.fail(tenant, jobId, undefined, jobError(stalled));
    } catch (failure) {
      logger.error({ jobId, err: failure }, 'study given up, but not recorded');
    }
  }
}

/** How long giving studies back may take after the grace is over, ms. */
const giveBackMsMax = 5_000;

function requestOf(job: Job<StudyJobData>): StudyRequest {
  return decodeJson(StudyRequestSchema, job.data as JsonValue);
}

async function elapsed(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
