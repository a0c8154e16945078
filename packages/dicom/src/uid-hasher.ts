import { createHmac } from 'node:crypto';

/** A UID's replacement: the same for the same UID, so that references hold. */
export type UidHasher = (uid: string) => string;

/**
 * Replaces UIDs by keyed hashes (PS3.15, action U). Whoever has the key finds a study again by its UID; whoever has not can't tell a UID from its hash,
 * even where they can guess it, and can't relate the studies of two tenants. The hash is a UUID-derived UID (PS3.5, B.2): `2.25.` and 128 bits of
 * HMAC-SHA256.
 */
export function uidHasher(key: string, tenant: string): UidHasher {
  return (uid) => {
    const digest = createHmac('sha256', key).update(`${tenant}\0${uid}`).digest('hex');
    return `2.25.${BigInt(`0x${digest.slice(0, 32)}`)}`;
  };
}
