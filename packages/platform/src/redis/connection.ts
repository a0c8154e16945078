import { ErrorCode, HepastageError } from '@hepastage/proto';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../logger.ts';

/** `fail-fast`: a request handler can't wait for a Redis that is down. `wait`: a worker can, and its job is worth it. */
export type Patience = 'fail-fast' | 'wait';

/** Longest that one command may take before it counts as failed, ms. */
const commandTimeoutMs = 5_000;
/** Longest pause between attempts to connect again, ms. */
const reconnectDelayMsMax = 2_000;

const optionsOf = {
  'fail-fast': { enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: commandTimeoutMs },
  // BullMQ's blocking commands last as long as no job comes: they may neither time out nor give up.
  wait: { enableOfflineQueue: true, maxRetriesPerRequest: null },
} satisfies Record<Patience, Partial<RedisOptions>>;

/** Opens a connection that reconnects by itself. Resolves once it is usable; throws QUEUE_UNAVAILABLE where no Redis answers. */
export async function connectRedis(url: string, patience: Patience, logger: Logger): Promise<Redis> {
  const redis = new Redis(url, redisOptions(patience));
  redis.on('error', (error) => logger.warn({ err: unavailable(error) }, 'redis connection'));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw unavailable(error, `is Redis running at ${withoutCredentials(url)}?`);
  }
  return redis;
}

function redisOptions(patience: Patience) {
  return {
    ...optionsOf[patience],
    lazyConnect: true,
    retryStrategy: (attempt: number) => Math.min(attempt * 100, reconnectDelayMsMax),
  };
}

/** Refuses a Redis that may evict keys when its memory is full: it would lose jobs without a word. */
export async function assertNoEviction(redis: Redis, logger: Logger): Promise<void> {
  let policy: string | undefined;
  try {
    const reply: unknown = await redis.config('GET', 'maxmemory-policy');
    policy = Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined;
  } catch {
    // Managed Redis services forbid CONFIG: their operator sets the policy.
  }
  if (policy === undefined) {
    logger.warn('redis does not tell its maxmemory-policy; make sure that it is noeviction');
  } else if (policy !== 'noeviction') {
    throw new HepastageError(ErrorCode.INVALID_CONFIG, {
      what: 'Redis may evict jobs when its memory is full',
      where: 'maxmemory-policy',
      expected: 'noeviction',
      received: policy,
      action: 'start redis-server with --maxmemory-policy noeviction',
    });
  }
}

/** Whatever went wrong with Redis, as an error for people. */
export function unavailable(cause: unknown, action = 'try again later'): HepastageError {
  if (cause instanceof HepastageError) return cause;
  const full = cause instanceof Error && cause.message.startsWith('OOM');
  return new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, {
    what: full ? 'Redis is out of memory' : 'Redis does not answer',
    action,
    cause,
  });
}

function withoutCredentials(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** The reply, or what went wrong as QUEUE_UNAVAILABLE. */
export async function answered<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    throw unavailable(error);
  }
}
