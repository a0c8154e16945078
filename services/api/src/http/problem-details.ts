import type { HepastageError } from '@hepastage/proto';

/** RFC 9457 problem details of an error. */
export function problemDetails(error: HepastageError, requestId: string, status = error.httpStatus) {
  const { where, expected, received, action } = error.details;
  const name = error.codeName;
  const ours = error.httpStatus >= 500;
  return {
    type: `urn:hepastage:problem:${name.toLowerCase().replaceAll('_', '-')}`,
    title: name.charAt(0) + name.slice(1).toLowerCase().replaceAll('_', ' '),
    status,
    code: name,
    detail: error.publicMessage,
    instance: requestId,
    retryable: error.retryable,
    action,
    ...(ours ? {} : { where, expected, received }),
  };
}
