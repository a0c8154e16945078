import type { connectRedis } from '@hepastage/platform';

/** An open connection to Redis. */
export type RedisConnection = Awaited<ReturnType<typeof connectRedis>>;
