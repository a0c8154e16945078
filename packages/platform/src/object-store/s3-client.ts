import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
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
  /** Most connections at once for what this process sets the pace of: writes, listings, checks, small objects. */
  readonly socketsMax?: number;
  /** Most connections at once for objects that are read as streams: each is held as long as whoever reads it likes. */
  readonly readSocketsMax?: number;
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
  // To the SDK, a request that waits for a connection is connecting: there must be more of them than a process ever needs. A worker reads 16 objects of each of two series of
  // 8 studies at once; an API writes 4 objects of each upload. (Parts of 2 MiB or more have connections of their own, one an upload: the SDK asks for 100-continue there.)
  socketsMax: 1_024,
  // As many as the connections that an API takes: each client may be reading. One that is slow holds some 0.5 MiB.
  readSocketsMax: 2_048,
  attemptsMax: 3,
  partBytes: 5 << 20,
} satisfies S3Options;

/** Two clients of one S3, with connections of their own: however many read, and however slowly, everything else goes on. */
export interface S3Clients {
  /** For requests that end as fast as S3 and this process allow. */
  readonly brisk: S3Client;
  /** For objects that are read as streams. */
  readonly reading: S3Client;
}

export function createS3Clients(options: S3Options): S3Clients {
  const { socketsMax, readSocketsMax } = { ...s3Defaults, ...options };
  const brisk = new S3Client(clientConfig(options, socketsMax));
  // Credentials that the SDK has to find are found, and renewed, once for both.
  const { credentials } = brisk.config;
  const reading = new S3Client({ ...clientConfig(options, readSocketsMax), credentials });
  return { brisk, reading };
}

function clientConfig(options: S3Options, maxSockets: number): S3ClientConfig {
  const { region, connectTimeoutMs, requestTimeoutMs, idleTimeoutMs, attemptsMax } = {
    ...s3Defaults,
    ...options,
  };
  return {
    region,
    maxAttempts: attemptsMax,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: idleTimeoutMs,
      // Options and not agents: the SDK makes agents of the client’s own from them, and closes them with it.
      httpAgent: { maxSockets },
      httpsAgent: { maxSockets },
    },
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    // Only AWS gives every bucket a host name of its own.
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
  };
}
