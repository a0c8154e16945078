import { ErrorCode, type ErrorDetails, HepastageError } from '@hepastage/proto';

/** The store did not do what it was asked for. */
export function storeUnavailable(details: ErrorDetails): HepastageError {
  return new HepastageError(ErrorCode.STORE_UNAVAILABLE, details);
}

/** It has no space left: somebody must make some. */
export function storeFull(details: ErrorDetails): HepastageError {
  return new HepastageError(ErrorCode.STORE_FULL, details);
}

/** It does not let the service in: somebody must set its rights or its credentials right. */
export function storeDenied(details: ErrorDetails): HepastageError {
  return new HepastageError(ErrorCode.STORE_DENIED, details);
}
