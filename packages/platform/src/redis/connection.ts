import { ErrorCode, HepastageError } from '@hepastage/proto';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '../logger.ts';
import { type RedisTarget, tlsOf } from './redis-target.ts';

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

/** Opens a connection that reconnects by itself. Resolves once it is usable; throws QUEUE_UNAVAILABLE where no Redis answers or lets us in, INVALID_CONFIG. */
export async function connectRedis(target: RedisTarget, patience: Patience, logger: Logger): Promise<Redis> {
  const tls = tlsOf(target);
  const redis = new Redis(target.redisUrl, { ...redisOptions(patience), ...(tls && { tls }) });
  // A connection that Redis refuses just closes: why, only the event tells.
  let reason: Error | undefined;
  redis.on('error', (error) => {
    reason = error;
    logger.warn({ err: unavailable(error) }, 'redis connection');
  });
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw unavailable(reason ?? error, `is Redis running at ${withoutCredentials(target.redisUrl)}?`);
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
    // CONFIG GET would tell, too, but whoever may ask it may also ask for the passwords of others.
    policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  } catch {
    // A managed Redis may forbid INFO: its operator sets the policy.
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

/** What Redis says first when it does not let a user in, or not do what it, or a script of its, asked for. */
const refusedPattern = /^((WRONGPASS|NOAUTH|NOPERM)\b|ERR The user executing the script can't )/;

/** Whatever went wrong with Redis, as an error for people. */
export function unavailable(cause: unknown, action = 'try again later'): HepastageError {
  if (cause instanceof HepastageError) return cause;
  const said = cause instanceof Error ? cause.message : '';
  if (said.startsWith('OOM')) {
    return new HepastageError(ErrorCode.QUEUE_FULL, { what: 'Redis is out of memory', action, cause });
  }
  if (refusedPattern.test(said)) {
    return new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, {
      what: 'Redis refuses the credentials',
      action: 'check user and password, and what its ACL lets that user do',
      cause,
    });
  }
  return new HepastageError(ErrorCode.QUEUE_UNAVAILABLE, { what: 'Redis does not answer', action, cause });
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
