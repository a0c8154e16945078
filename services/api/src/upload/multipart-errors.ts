import { ErrorCode, HepastageError } from '@hepastage/proto';
import { partNames } from '../schemas/study-parts.ts';
import { uploadAborted } from './upload-clock.ts';

/** How busboy says that the body ended within a part. */
const truncatedBody = /unexpected end|terminated early/i;
/** How it says that there are no parts to be found; its needle is the boundary with what stands before it. */
const malformedBody = /^(multipart|malformed|boundary|the needle|unsupported content-type)/i;

/** Whatever the multipart parser threw, as an error of the contract; other errors come back as they are. */
export function multipartError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof HepastageError) return error;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'FST_MP_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return uploadAborted(error);
  }
  // Raised for names such as `__proto__`.
  if (code === 'FST_PROTO_VIOLATION') return unknownPart();
  if (truncatedBody.test(error.message)) return uploadAborted(error);
  if (malformedBody.test(error.message)) return malformed(error);
  return error;
}

/** The name is not repeated: whoever misnames a part may have put anything there. */
export function unknownPart(position?: number): HepastageError {
  return new HepastageError(ErrorCode.UNKNOWN_PART, {
    what: 'there is a part that this form does not have',
    ...(position !== undefined && { where: `part number ${position}` }),
    expected: partNames.join(', '),
    action: 'rename it or leave it out',
  });
}

function malformed(cause: Error): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the body is no multipart/form-data',
    expected: 'RFC 7578, with the boundary that the content-type names',
    action: 'let your HTTP client build the form',
    cause,
  });
}
