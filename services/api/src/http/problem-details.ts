import type { HepastageError } from '@hepastage/proto';

/** RFC 9457 problem details of an error. */
export function problemDetails(error: HepastageError, requestId: string, status = error.httpStatus) {
  const { what, where, expected, received, action } = error.details;
  const name = error.codeName;
  // A fault of ours names paths, buckets and hosts: those are for the log.
  const ours = error.httpStatus >= 500;
  return {
    type: `urn:hepastage:problem:${name.toLowerCase().replaceAll('_', '-')}`,
    title: name.charAt(0) + name.slice(1).toLowerCase().replaceAll('_', ' '),
    status,
    code: name,
    detail: ours ? [what, action].filter((text) => text !== undefined).join('; ') : error.message,
    instance: requestId,
    retryable: error.retryable,
    action,
    ...(ours ? {} : { where, expected, received }),
  };
}
