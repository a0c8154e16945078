import { ErrorCode, HepastageError } from '@hepastage/proto';
import { readConfigFile } from '../config-file.ts';

/** Where Redis is, and how to reach it. The names are those of the settings that every service shares. */
export interface RedisTarget {
  /** `redis://` or, over TLS, `rediss://`; it may name a user and a password. */
  readonly redisUrl: string;
  /** PEM file of the authorities that may have signed Redis' certificate. */
  readonly redisCaFile?: string | undefined;
  /** PEM files of the certificate that Redis is shown, and of its private key. */
  readonly redisCertFile?: string | undefined;
  readonly redisKeyFile?: string | undefined;
}

/** What Node's TLS needs to know, as PEM. */
export interface RedisTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly minVersion: 'TLSv1.2';
}

/** A bundle of all authorities that a system trusts has some 250 KiB. */
const caBytesMax = 2 ** 20;

/** Undefined where the URL asks for no TLS. Throws INVALID_CONFIG. */
export function tlsOf({
  redisUrl,
  redisCaFile,
  redisCertFile,
  redisKeyFile,
}: RedisTarget): RedisTls | undefined {
  const files = [redisCaFile, redisCertFile, redisKeyFile];
  if (!redisUrl.startsWith('rediss://')) {
    if (files.every((file) => file === undefined)) return undefined;
    throw invalid(
      'there are certificates for Redis, but its URL asks for no TLS',
      'write rediss:// in REDIS_URL',
    );
  }
  if ((redisCertFile === undefined) !== (redisKeyFile === undefined)) {
    throw invalid(
      'a certificate for Redis needs its private key, and a key its certificate',
      'set both HEPASTAGE_REDIS_CERT_FILE and HEPASTAGE_REDIS_KEY_FILE, or neither',
    );
  }
  return {
    minVersion: 'TLSv1.2',
    ...(redisCaFile !== undefined && {
      ca: readConfigFile('HEPASTAGE_REDIS_CA_FILE', redisCaFile, caBytesMax),
    }),
    ...(redisCertFile !== undefined && { cert: readConfigFile('HEPASTAGE_REDIS_CERT_FILE', redisCertFile) }),
    ...(redisKeyFile !== undefined && { key: readConfigFile('HEPASTAGE_REDIS_KEY_FILE', redisKeyFile) }),
  };
}

function invalid(what: string, action: string): HepastageError {
  return new HepastageError(ErrorCode.INVALID_CONFIG, { what, where: 'environment', action });
}
