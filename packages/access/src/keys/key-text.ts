import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const keyIdBytes = 8;
const secretBytes = 32;
const keyText = /^hep_(?<keyId>[0-9a-f]{16})_(?<secret>[A-Za-z0-9_-]{43})$/;

/** The two parts of an API key, whose text is `hep_<keyId>_<secret>`. */
export interface KeyParts {
  /** Public: names the key. 16 lower-case hexadecimal digits. */
  readonly keyId: string;
  /** 256 random bits in base64url. */
  readonly secret: string;
}

export function newKeyParts(): KeyParts {
  return {
    keyId: randomBytes(keyIdBytes).toString('hex'),
    secret: randomBytes(secretBytes).toString('base64url'),
  };
}

/** What its owner sends as a bearer token. */
export function keyTextOf({ keyId, secret }: KeyParts): string {
  return `hep_${keyId}_${secret}`;
}

/** Whether the text means to be an API key, as opposed to another bearer token. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith('hep_');
}

export function isKeyId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** Undefined unless the text is a whole key. */
export function parseKeyText(text: string): KeyParts | undefined {
  const { keyId, secret } = keyText.exec(text)?.groups ?? {};
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
}

/**
 * What is kept of a secret, lower-case hexadecimal. A plain hash is enough: nobody can guess 256 random bits, so that the slow and salted hashes
 * that protect passwords would protect nothing here, and would let anyone keep the service busy with wrong keys.
 */
export function secretSha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in a time that does not depend on where the two differ. */
export function isSecretOf(sha256: string, secret: string): boolean {
  const kept = Buffer.from(sha256, 'hex');
  const sent = Buffer.from(secretSha256(secret), 'hex');
  return kept.length === sent.length && timingSafeEqual(kept, sent);
}
