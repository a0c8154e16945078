import { ErrorCode, type ErrorDetails, HepastageError } from '@hepastage/proto';

/** The store did not do what it was asked for. */
export function storeUnavailable(details: ErrorDetails): HepastageError {
  return new HepastageError(ErrorCode.STORE_UNAVAILABLE, details);
}
