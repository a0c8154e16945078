import { S3Client } from '@aws-sdk/client-s3';
import type { S3Encryption } from './s3-encryption.ts';

/** How to reach S3, and how patient to be. Credentials not given here come from the environment or the service's role, as the AWS SDK finds them. */
export interface S3Options {
  /** URL of an S3 server other than AWS. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How S3 encrypts what is written; without it, as the bucket says. */
  readonly encryption?: S3Encryption;
  /** Longest that connecting may take, ms. */
  readonly connectTimeoutMs?: number;
  /** Longest that a request may take until its response begins, ms: long enough for one part over a slow line. */
  readonly requestTimeoutMs?: number;
  /** Longest that a connection may stay silent while a response is read, ms. */
  readonly idleTimeoutMs?: number;
  /** How often a request is tried in all. */
  readonly attemptsMax?: number;
  /** Bytes of one part of an upload, and of memory that an upload takes: at least 5 MiB, and an object has at most 10,000 parts. */
  readonly partBytes?: number;
}

export const s3Defaults = {
  region: 'us-east-1',
  connectTimeoutMs: 2_000,
  requestTimeoutMs: 60_000,
  idleTimeoutMs: 30_000,
  attemptsMax: 3,
  partBytes: 5 << 20,
} satisfies S3Options;

export function createS3Client(options: S3Options): S3Client {
  const { region, connectTimeoutMs, requestTimeoutMs, idleTimeoutMs, attemptsMax } = {
    ...s3Defaults,
    ...options,
  };
  return new S3Client({
    region,
    maxAttempts: attemptsMax,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: idleTimeoutMs,
    },
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    // Only AWS gives every bucket a host name of its own.
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
  });
}
