import { create } from '@bufbuild/protobuf';
import { type HepastageError, type JobError, JobErrorSchema } from '@hepastage/proto';

/** What the owner of a job reads of `error`. */
export function jobErrorOf({ code, publicMessage, retryable }: HepastageError): JobError {
  return create(JobErrorSchema, { code, message: publicMessage, retryable });
}
