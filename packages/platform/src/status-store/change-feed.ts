import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';

/** A change of a job's record, as the transition script publishes it. */
export interface Change {
  readonly tenant: string;
  readonly jobId: string;
  readonly action: string;
}

/** One Redis subscription per process, fanned out to whoever waits for a job. Messages are hints: a listener reads the record for the truth. */
export class ChangeFeed {
  readonly #subscriber: Redis;
  readonly #emitter = new EventEmitter<Record<string, [Change]>>();

  private constructor(subscriber: Redis) {
    this.#subscriber = subscriber;
    // Many clients may wait at once: their number is bounded by the server's connections, not by a leak warning.
    this.#emitter.setMaxListeners(0);
    subscriber.on('message', (_channel: string, message: string) => {
      const change = JSON.parse(message) as Change;
      this.#emitter.emit(topicOf(change.tenant, change.jobId), change);
      this.#emitter.emit('*', change);
    });
  }

  static async open(subscriber: Redis, channel: string): Promise<ChangeFeed> {
    const feed = new ChangeFeed(subscriber);
    await subscriber.subscribe(channel);
    return feed;
  }

  /** Calls `listener` with each change of one job, or of all for `'*'`. Returns the way to stop it. */
  on(job: { tenant: string; jobId: string } | '*', listener: (change: Change) => void): () => void {
    const topic = job === '*' ? job : topicOf(job.tenant, job.jobId);
    this.#emitter.on(topic, listener);
    return () => void this.#emitter.off(topic, listener);
  }

  close(): void {
    this.#subscriber.disconnect();
  }
}

function topicOf(tenant: string, jobId: string): string {
  return `${tenant}/${jobId}`;
}
