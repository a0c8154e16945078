import { answered, connectRedis, type Redis } from '@hepastage/platform';
import type { NoticeQueueOptions } from './notice-queue.ts';

/** A target that wants no more notices of a tenant. */
export interface DisabledTarget {
  readonly tenant: string;
  readonly url: string;
  /** ISO 8601. */
  readonly since: string;
}

/** Targets that answered 410 Gone, until an operator enables them again. Throws QUEUE_UNAVAILABLE. */
export class DisabledTargets {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, redisPrefix: string) {
    this.#redis = redis;
    this.#key = `${redisPrefix}:webhooks:disabled`;
  }

  /** Over a connection of its own, which `Symbol.dispose` ends. */
  static async open(options: Omit<NoticeQueueOptions, 'patience'>): Promise<DisabledTargets> {
    return new DisabledTargets(await connectRedis(options, 'fail-fast', options.logger), options.redisPrefix);
  }

  async add(tenant: string, url: URL, since: Date): Promise<void> {
    await answered(this.#redis.hset(this.#key, fieldOf(tenant, url), since.toISOString()));
  }

  async has(tenant: string, url: URL): Promise<boolean> {
    return (await answered(this.#redis.hexists(this.#key, fieldOf(tenant, url)))) === 1;
  }

  /** False: it was not disabled. */
  async remove(tenant: string, url: URL): Promise<boolean> {
    return (await answered(this.#redis.hdel(this.#key, fieldOf(tenant, url)))) === 1;
  }

  async list(): Promise<DisabledTarget[]> {
    const all = await answered(this.#redis.hgetall(this.#key));
    return Object.entries(all).map(([field, since]) => {
      const space = field.indexOf(' ');
      return { tenant: field.slice(0, space), url: field.slice(space + 1), since };
    });
  }

  [Symbol.dispose](): void {
    this.#redis.disconnect();
  }
}

/** Neither has a space. */
function fieldOf(tenant: string, { href }: URL): string {
  return `${tenant} ${href}`;
}
