import type { Redis } from 'ioredis';

export type { Redis };

/** Fills with the copies that are made of a connection. BullMQ waits for jobs on one, which looks for a Redis that has gone for as long as the process lives. */
export function copiesOf(redis: Redis): readonly Redis[] {
  const copies: Redis[] = [];
  const duplicate = redis.duplicate.bind(redis);
  redis.duplicate = (override) => {
    const copy = duplicate(override);
    copies.push(copy);
    return copy;
  };
  return copies;
}
