import type { Job, Queue } from 'bullmq';
import { answered, unavailable } from '../redis/connection.ts';
import { type MemoryUse, memoryUse } from '../redis/memory-use.ts';
import { openQueues, type QueueOptions, type Queues } from './open-queues.ts';
import { countJobs, type QueueCounts } from './queue-counts.ts';
import { type QueueOutlook, type QueuePlace, readOutlook } from './queue-outlook.ts';
import { resumeQueue } from './queue-pause.ts';

/** One entry of a queue, as operators see it. */
export interface QueueEntry {
  readonly jobId: string;
  readonly tenant: string;
  /** In the queue since. */
  readonly at: Date;
  /** Times that a worker has begun it; of these, how many it was charged for. */
  readonly begun: number;
  readonly charged: number;
  /** Workers that were lost with it. */
  readonly stalled: number;
  /** In hand since; undefined: no worker ever had it. */
  readonly takenAt: Date | undefined;
  /** Where it waits; undefined: it does not. */
  readonly place: QueuePlace | undefined;
  /** Why it failed last; empty: it never did, or its worker gave it back without a charge. */
  readonly reason: string;
}

/** A worker's connection. */
export interface ConnectedWorker {
  readonly address: string;
  /** For how long it has been connected, s. */
  readonly seconds: number;
}

export interface QueueReport extends QueueCounts {
  readonly name: string;
  readonly isPaused: boolean;
  /** Undefined where Redis does not tell: its user may not ask for clients. */
  readonly workers: readonly ConnectedWorker[] | undefined;
}

/** What operators see of the queues, and may do to that of studies. Shows names, times and counts: never what a client said of a study. Throws QUEUE_UNAVAILABLE. */
export class QueueInspector {
  readonly #queues: Queues;

  private constructor(queues: Queues) {
    this.#queues = queues;
  }

  static async open(options: QueueOptions): Promise<QueueInspector> {
    return new QueueInspector(await openQueues(options));
  }

  /** Studies first. */
  async queues(): Promise<QueueReport[]> {
    const { studies, pushes, notices } = this.#queues;
    return Promise.all(
      [studies, pushes, notices].map(async (queue) => ({
        name: queue.name,
        isPaused: await answered(queue.isPaused()),
        ...(await countJobs(queue)),
        workers: await workersOf(queue),
      })),
    );
  }

  /** The studies that wait longest in either lane: STAT, then routine. */
  async oldestWaiting(): Promise<QueueEntry[]> {
    const lanes = await Promise.all(
      (['waiting', 'prioritized'] as const).map(async (lane) => this.#entries(lane, 1)),
    );
    return lanes.flat();
  }

  /** The first so many studies in hand, longest first. */
  async inHand(countMax: number): Promise<QueueEntry[]> {
    return this.#entries('active', countMax);
  }

  /** The first so many studies that were put off, soonest first. */
  async delayed(countMax: number): Promise<QueueEntry[]> {
    return this.#entries('delayed', countMax);
  }

  /** A study's entry, and its state by BullMQ's name; undefined: the queue has none. */
  async find(jobId: string): Promise<(QueueEntry & { readonly state: string }) | undefined> {
    const job = await answered(this.#queues.studies.getJob(jobId));
    if (job === undefined) return undefined;
    const { places } = await this.outlook([jobId]);
    return { ...entryOf(job, places), state: await answered(job.getState()) };
  }

  /** What happens to these studies, as far as they wait. */
  async outlook(jobIds: readonly string[]): Promise<QueueOutlook> {
    const { studies, redis } = this.#queues;
    return readOutlook(studies, redis, jobIds);
  }

  /** From now on workers take no more studies; those in hand go on. Survives restarts, but not a loss of Redis. */
  async pause(): Promise<void> {
    await answered(this.#queues.studies.pause());
  }

  async resume(): Promise<void> {
    await resumeQueue(this.#queues.studies, this.#queues.redis);
  }

  async memory(): Promise<MemoryUse> {
    return memoryUse(this.#queues.redis);
  }

  async #entries(state: 'waiting' | 'prioritized' | 'active' | 'delayed', countMax: number) {
    const jobs = await answered(this.#queues.studies.getJobs([state], 0, countMax - 1, true));
    const { places } = await this.outlook(jobs.map(({ id = '' }) => id));
    return jobs.map((job) => entryOf(job, places));
  }

  async close(): Promise<void> {
    await this.#queues.close();
  }
}

function entryOf(job: Job, places: QueueOutlook['places']): QueueEntry {
  const { id = '', data, timestamp, processedOn, attemptsStarted, attemptsMade, stalledCounter } = job;
  const { tenant = '' } = data as { readonly tenant?: string };
  return {
    jobId: id,
    tenant,
    at: new Date(timestamp),
    begun: attemptsStarted,
    charged: attemptsMade,
    stalled: stalledCounter,
    takenAt: processedOn === undefined ? undefined : new Date(processedOn),
    place: places.get(id),
    reason: job.failedReason ?? '',
  };
}

/** A worker has several connections; BullMQ names one of them after the queue. */
async function workersOf(queue: Queue): Promise<ConnectedWorker[] | undefined> {
  try {
    const clients = await queue.getWorkers();
    // Some managed services have no such command: BullMQ says so in the place of a name.
    if (clients.some(({ addr }) => addr === undefined)) return undefined;
    return clients.map(({ addr = '', age }) => ({ address: addr, seconds: Number(age) }));
  } catch (error) {
    // A user that may do no more than it needs (docs/security.md) can't list clients.
    if (error instanceof Error && error.message.startsWith('NOPERM')) return undefined;
    throw unavailable(error);
  }
}
