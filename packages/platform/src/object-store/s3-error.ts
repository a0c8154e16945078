import { S3ServiceException } from '@aws-sdk/client-s3';
import type { HepastageError } from '@hepastage/proto';
import { storeDenied, storeFull, storeUnavailable } from './store-error.ts';

/** How servers other than AWS, which has no end, say that they are full. */
const fullNames: ReadonlySet<string> = new Set([
  'QuotaExceeded',
  'InsufficientStorage',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
]);

/** What S3, or the way to it, answered, as an error that says what to do. `where` names the bucket. */
export function s3Unavailable(error: unknown, where: string): HepastageError {
  const name = error instanceof Error ? error.name : 'unknown error';
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  if (name === 'NoSuchBucket') {
    return storeUnavailable({
      what: 'the bucket does not exist',
      where,
      action: 'create it, or name another one in HEPASTAGE_OBJECT_STORE',
      cause: error,
    });
  }
  if (name === 'CredentialsProviderError') {
    return storeDenied({
      what: 'there are no credentials for S3',
      where,
      action: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the service a role',
      cause: error,
    });
  }
  if (status === 507 || fullNames.has(name)) {
    return storeFull({
      what: 'the object store is full',
      where,
      received: name,
      action: 'free some space, or raise the quota',
      cause: error,
    });
  }
  if (status === 401 || status === 403) {
    return storeDenied({
      what: 'S3 refuses the credentials',
      where,
      received: name,
      action: 'check the key and that it may list, read, write and delete in the bucket',
      cause: error,
    });
  }
  return storeUnavailable({
    what: status === undefined ? 'S3 does not answer' : 'S3 could not do what it was asked for',
    where,
    received: status === undefined ? networkErrorName(error) : `${status} ${name}`,
    action: 'try again later',
    cause: error,
  });
}

/** `ECONNREFUSED` says more than `Error`. */
function networkErrorName(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
