import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ApiKey } from '@hepastage/proto';
import { FreshValue, type Freshness } from '../fresh-value.ts';
import { isSecretOf, type KeyParts, parseKeyText, secretSha256 } from './key-text.ts';
import { type KeyFolder, StoredKeys } from './stored-keys.ts';

/** Why a key is refused: for the log. Whoever sent it is told the same in every case. */
export type KeyRefusal = 'malformed' | 'unknown' | 'wrong secret' | 'expired' | 'revoked';

export type KeyVerdict =
  | { readonly key: ApiKey; readonly refusal?: undefined }
  | { readonly key?: undefined; readonly refusal: KeyRefusal; readonly keyId?: string };

/** How old the keys are at most that a key which is not among them is looked for in, s. */
const unknownKeySeconds = 1;
/** Stands in for a key that there is none of, so that looking for one takes the same time. */
const nobody = secretSha256('');

/**
 * All keys in memory. A key that was revoked works on for at most `refreshSeconds`; a new one works within a second. Keys that nobody has cause no more
 * reading than that, however many are tried.
 */
export class KeyRing {
  readonly #keys: FreshValue<ReadonlyMap<string, ApiKey>>;
  readonly #now: () => Date;

  constructor(store: KeyFolder, freshness: Freshness, now = () => new Date()) {
    const stored = new StoredKeys(store);
    this.#keys = new FreshValue(async () => stored.read(), freshness);
    this.#now = now;
  }

  /** Throws STORE_UNAVAILABLE where no key could be read for too long. */
  async judge(text: string): Promise<KeyVerdict> {
    const parts = parseKeyText(text);
    if (parts === undefined) return { refusal: 'malformed' };
    const { keyId } = parts;
    const key = await this.#find(parts);
    const isRight = isSecretOf(key?.secretSha256 ?? nobody, parts.secret);
    if (key === undefined) return { refusal: 'unknown', keyId };
    if (!isRight) return { refusal: 'wrong secret', keyId };
    if (key.revokedAt !== undefined) return { refusal: 'revoked', keyId };
    if (key.expiresAt !== undefined && timestampDate(key.expiresAt) <= this.#now())
      return { refusal: 'expired', keyId };
    return { key };
  }

  async #find({ keyId }: KeyParts): Promise<ApiKey | undefined> {
    return (await this.#keys.get()).get(keyId) ?? (await this.#keys.get(unknownKeySeconds)).get(keyId);
  }
}
