import { fileURLToPath } from 'node:url';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { DirectoryStore } from './directory-store.ts';
import { assertKeyPrefix } from './object-key.ts';
import type { ObjectStore } from './object-store.ts';
import type { S3Options } from './s3-client.ts';
import type { S3Encryption } from './s3-encryption.ts';
import { S3Store } from './s3-store.ts';

/** Where the objects lie. The names are those of the settings that every service shares. */
export interface ObjectStoreConfig {
  /** A directory (`/var/lib/hepastage`, `file:///var/lib/hepastage`) or `s3://bucket/prefix`. */
  readonly objectStore: string;
  /** URL of an S3 server other than AWS. */
  readonly objectStoreEndpoint?: string | undefined;
  readonly objectStoreRegion?: string | undefined;
  readonly s3Encryption?: S3Encryption['algorithm'] | undefined;
  readonly s3KmsKeyId?: string | undefined;
}

/** The driver that the setting asks for. Nothing is touched yet: `check()` tells whether it works. Throws INVALID_CONFIG. */
export function openObjectStore(config: ObjectStoreConfig, options: S3Options = {}): ObjectStore {
  const { objectStore: location, objectStoreEndpoint: endpoint, objectStoreRegion: region } = config;
  const encryption = encryptionOf(config);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase();
  switch (scheme) {
    case undefined:
      return new DirectoryStore(location);
    case 'file':
      return new DirectoryStore(fileURLToPath(location));
    case 's3': {
      const { bucket, prefix } = parseS3Location(location);
      return new S3Store(bucket, prefix, {
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(region === undefined ? {} : { region }),
        ...(encryption === undefined ? {} : { encryption }),
        ...options,
      });
    }
    default:
      throw invalidLocation(location);
  }
}

/** What is to be encrypted must not lie in the clear because of a setting that contradicts it. */
function encryptionOf(config: ObjectStoreConfig): S3Encryption | undefined {
  const { s3Encryption: algorithm, s3KmsKeyId: kmsKeyId } = config;
  if (algorithm !== undefined && !/^s3:/i.test(config.objectStore)) {
    throw contradiction(
      'HEPASTAGE_S3_ENCRYPTION is set, but the object store is a directory',
      'use an encrypted file system for it, and unset the variable',
    );
  }
  if (kmsKeyId !== undefined && algorithm?.startsWith('aws:kms') !== true) {
    throw contradiction(
      'HEPASTAGE_S3_KMS_KEY_ID is set, but no encryption that uses it',
      'set HEPASTAGE_S3_ENCRYPTION to aws:kms or aws:kms:dsse',
    );
  }
  if (algorithm === undefined) return undefined;
  return { algorithm, ...(kmsKeyId !== undefined && { kmsKeyId }) };
}

function contradiction(what: string, action: string): HepastageError {
  return new HepastageError(ErrorCode.INVALID_CONFIG, { what, where: 'environment', action });
}

function parseS3Location(location: string): { bucket: string; prefix: string } {
  const [bucket = '', ...segments] = location.slice('s3://'.length).replace(/\/+$/, '').split('/');
  const prefix = segments.map((segment) => `${segment}/`).join('');
  try {
    assertKeyPrefix(prefix);
  } catch {
    throw invalidLocation(location);
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) throw invalidLocation(location);
  return { bucket, prefix };
}

function invalidLocation(received: string): HepastageError {
  return new HepastageError(ErrorCode.INVALID_CONFIG, {
    what: 'there is no such kind of object store',
    where: 'object store',
    expected: 'a directory or s3://bucket/prefix',
    received: JSON.stringify(received),
  });
}
