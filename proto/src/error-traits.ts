import { getOption } from '@bufbuild/protobuf';
import { type ErrorCode, ErrorCodeSchema, type ErrorTraits, traits } from '../gen/hepastage/v1/error_pb.ts';

/** HTTP status and retryability of a code, as written beside it in error.proto. */
export function errorTraits(code: ErrorCode): ErrorTraits {
  const value = ErrorCodeSchema.value[code];
  if (value === undefined) throw new RangeError(`no ErrorCode has the number ${code}`);
  return getOption(value, traits);
}
