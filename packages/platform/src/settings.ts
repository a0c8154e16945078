import { Type } from 'typebox';
import { s3Encryptions } from './object-store/s3-encryption.ts';
import { tracingSettings } from './tracing/tracing-settings.ts';

/** Settings that every service shares. Spread them into a service's own schema. */
export const sharedSettings = {
  redisUrl: Type.String({
    env: 'REDIS_URL',
    default: 'redis://127.0.0.1:6379',
    pattern: '^rediss?://',
    // It may hold a password.
    secret: true,
    description: 'Redis for queue and status store, redis[s]://[user:password@]host:port',
  }),
  redisCaFile: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'PEM file of the authorities that Redis’ certificate may be of; without it, the system’s',
    }),
  ),
  redisCertFile: Type.Optional(
    Type.String({ minLength: 1, description: 'PEM file of the certificate that Redis is shown' }),
  ),
  redisKeyFile: Type.Optional(
    Type.String({ minLength: 1, description: 'PEM file of the private key of that certificate' }),
  ),
  redisPrefix: Type.String({
    // Braces make a Redis Cluster keep every key of ours in one slot, which the Lua scripts and BullMQ need.
    default: '{hepastage}',
    pattern: '^\\{[^{}]+\\}$',
    description: 'prefix of every Redis key, in braces',
  }),
  objectStore: Type.String({
    default: 'data',
    minLength: 1,
    description: 'where studies and results lie: a directory, or s3://bucket/prefix',
  }),
  objectStoreEndpoint: Type.Optional(
    Type.String({
      env: 'S3_ENDPOINT',
      pattern: '^https?://',
      description: 'URL of an S3 server other than AWS',
    }),
  ),
  objectStoreRegion: Type.Optional(
    Type.String({ env: 'AWS_REGION', minLength: 1, description: 'region of the bucket' }),
  ),
  s3Encryption: Type.Optional(
    Type.Enum([...s3Encryptions], {
      description:
        'how S3 encrypts what is written: AES256, aws:kms or aws:kms:dsse; without it, as the bucket says',
    }),
  ),
  s3KmsKeyId: Type.Optional(
    Type.String({ minLength: 1, description: 'id or ARN of the KMS key; without it, the account’s own' }),
  ),
  logLevel: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    description: 'debug, info, warn, error or silent',
  }),
  ...tracingSettings,
} as const;

/** What an image may be at most, wherever one is decoded. */
export const imageSettings = {
  decompressedBytesMax: Type.Integer({
    default: 512 * 2 ** 20,
    minimum: 1,
    description: 'most bytes of a file after decompression',
  }),
  voxelsMax: Type.Integer({ default: 128 * 2 ** 20, minimum: 1, description: 'most voxels of an image' }),
} as const;

/** The contract counts the bytes of a file in 32 bits. */
const countableBytesMax = 2 ** 32 - 1;

/** What the files of a study may be at most, wherever one is taken in. */
export const studySettings = {
  uploadFileBytesMax: Type.Integer({
    default: 512 * 2 ** 20,
    minimum: 1,
    maximum: countableBytesMax,
    description: 'most of one file, bytes',
  }),
  studyBytesMax: Type.Integer({
    default: 4 * 2 ** 30,
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'most of all files of a study after decompression, bytes',
  }),
  filesMax: Type.Integer({
    default: 10_000,
    minimum: 1,
    description: 'most DICOM objects and other files of a study',
  }),
} as const;
