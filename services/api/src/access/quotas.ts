import { type Logger, type Redis, unavailable } from '@hepastage/platform';
import { ErrorCode, HepastageError, type TenantPolicy } from '@hepastage/proto';

/** What a tenant may, with the defaults filled in. Always answers. */
export type PolicyOf = (tenant: string) => Promise<TenantPolicy>;

export interface QuotaDeps {
  readonly redis: Redis;
  readonly redisPrefix: string;
  readonly policyOf: PolicyOf;
  readonly clock: () => Date;
  readonly logger: Logger;
}

const mebibyte = 2 ** 20;
const dayMs = 86_400_000;
/** How long a day's counts are kept, s: past its end in every time zone of whoever looks. */
const keptSeconds = 2 * 86_400;

/**
 * How many studies and bytes a tenant has had accepted today (UTC), over all replicas. What is in hand at the same time is not counted before it is accepted: a tenant
 * may exceed its quota by that much.
 */
export class Quotas {
  readonly #deps: QuotaDeps;

  constructor(deps: QuotaDeps) {
    this.#deps = deps;
  }

  /** Throws QUOTA_EXCEEDED, QUEUE_UNAVAILABLE. */
  async assertWithin(tenant: string): Promise<void> {
    const { studiesPerDay, mebibytesPerDay } = await this.#deps.policyOf(tenant);
    if (studiesPerDay === 0 && mebibytesPerDay === 0) return;
    const { studies, bytes } = await this.spent(tenant);
    if (studiesPerDay > 0 && studies >= studiesPerDay) throw this.#exceeded('studies', studiesPerDay);
    if (mebibytesPerDay > 0 && bytes >= mebibytesPerDay * mebibyte)
      throw this.#exceeded('MiB', mebibytesPerDay);
  }

  /** What was accepted today. Throws QUEUE_UNAVAILABLE. */
  async spent(tenant: string): Promise<{ readonly studies: number; readonly bytes: number }> {
    const { studies, bytes } = this.#keysOf(tenant);
    const { redis } = this.#deps;
    try {
      const [count, sum] = await Promise.all([redis.scard(studies), redis.get(bytes)]);
      return { studies: count, bytes: Number(sum ?? 0) };
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Counts what was accepted: a study once, however many requests bring it. Never throws: what is accepted stays accepted. */
  async spend(tenant: string, jobIds: readonly string[], bytes: number): Promise<void> {
    if (jobIds.length === 0) return;
    const { redis, logger } = this.#deps;
    const keys = this.#keysOf(tenant);
    try {
      await redis
        .multi()
        .sadd(keys.studies, ...jobIds)
        .incrby(keys.bytes, bytes)
        .expire(keys.studies, keptSeconds)
        .expire(keys.bytes, keptSeconds)
        .exec();
    } catch (error) {
      logger.warn({ err: unavailable(error), tenant, bytes }, 'an accepted study is not counted');
    }
  }

  #keysOf(tenant: string): { readonly studies: string; readonly bytes: string } {
    const day = this.#deps.clock().toISOString().slice(0, 10);
    const key = `${this.#deps.redisPrefix}:quota:${tenant}:${day}`;
    return { studies: `${key}:studies`, bytes: `${key}:bytes` };
  }

  #exceeded(what: string, max: number): HepastageError {
    const untilMidnightMs = dayMs - (this.#deps.clock().getTime() % dayMs);
    return new HepastageError(ErrorCode.QUOTA_EXCEEDED, {
      what: `your tenant has sent as many ${what} as it may today`,
      expected: `at most ${max} a day (UTC)`,
      action: 'send the study again tomorrow, or ask your operator for more',
      retryAfterSeconds: Math.ceil(untilMidnightMs / 1_000),
    });
  }
}
