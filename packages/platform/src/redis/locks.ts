import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { answered, connectRedis } from './connection.ts';
import type { RedisTarget } from './redis-target.ts';

/** KEYS: the lock. ARGV: its holder. Nobody gives up a lock that has become another's. */
const releaseLua = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`;

/** KEYS: the lock. ARGV: its holder, ms. */
const renewLua = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
`;
/** How long a lock outlives a holder that died, or that could not give it up, ms. */
const leaseMs = 10_000;

/** What only one process may do at a time. It ends by itself, so that whoever dies holds nobody up; and it may be lost with Redis: ask before what must not be done twice. */
export interface Lock extends AsyncDisposable {
  isHeld(): Promise<boolean>;
}

/** Locks in Redis. They keep work from being done twice; what would be wrong if it were must be safe by itself. Failures of Redis are HepastageErrors QUEUE_UNAVAILABLE. */
export class Locks {
  readonly #redis: Redis;
  readonly #prefix: string;

  private constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  static async open(options: RedisTarget & { redisPrefix: string; logger: Logger }): Promise<Locks> {
    return new Locks(await connectRedis(options, 'fail-fast', options.logger), options.redisPrefix);
  }

  /** The lock of that name for at most `ms`, renewed for as long as this process lives; undefined if somebody has it. Disposing of it gives it up. */
  async acquire(name: string, ms: number): Promise<Lock | undefined> {
    const holder = randomUUID();
    const key = this.#key(name);
    const lease = Math.min(ms, leaseMs);
    if ((await answered(this.#redis.set(key, holder, 'PX', lease, 'NX'))) === null) return undefined;
    const ends = performance.now() + ms;
    const renewing = setInterval(() => {
      const left = Math.min(lease, Math.floor(ends - performance.now()));
      if (left <= 0) clearInterval(renewing);
      // One that can't be renewed is lost: whoever holds it asks.
      else this.#redis.eval(renewLua, 1, key, holder, left).catch(() => undefined);
    }, lease / 3).unref();
    return {
      isHeld: async () => (await answered(this.#redis.get(key))) === holder,
      // One that can't be given up ends by itself.
      [Symbol.asyncDispose]: async () => {
        clearInterval(renewing);
        await this.#redis.eval(releaseLua, 1, key, holder).catch(() => undefined);
      },
    };
  }

  /** True for one caller in `ms`, whoever asks. */
  async isTurn(name: string, ms: number): Promise<boolean> {
    return (await answered(this.#redis.set(this.#key(name), randomUUID(), 'PX', ms, 'NX'))) !== null;
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
    await Promise.resolve();
  }

  #key(name: string): string {
    return `${this.#prefix}:lock:${name}`;
  }
}
