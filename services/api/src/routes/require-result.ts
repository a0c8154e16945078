import {
  enumName,
  ErrorCode,
  HepastageError,
  type JobRecord,
  JobRecord_State,
  JobRecord_StateSchema,
} from '@hepastage/proto';
import type { FastifyReply } from 'fastify';
import { type EstimateDeps, retryAfterSeconds, withEstimate } from '../jobs/job-estimates.ts';

/** Status of every answer about a result that the job's state rules out. */
export const conflict = 409;

/** Answers with `missing`, and with when to ask again where that helps. */
export async function sendMissing(
  reply: FastifyReply,
  missing: HepastageError,
  record: JobRecord,
  deps: EstimateDeps,
): Promise<FastifyReply> {
  if (missing.code === ErrorCode.RESULT_NOT_READY)
    reply.header('retry-after', retryAfterSeconds(await withEstimate(record, deps), deps));
  return reply.problem(missing, conflict);
}

/** Undefined if the job has a result; else why not: RESULT_NOT_READY, or the code that the job failed with. */
export function missingResult({ state, error }: JobRecord): HepastageError | undefined {
  if (state === JobRecord_State.SUCCEEDED) return undefined;
  if (state === JobRecord_State.FAILED || state === JobRecord_State.CANCELLED) {
    return new HepastageError(error?.code ?? ErrorCode.INTERNAL, {
      what: `the job will have no result: ${error?.message ?? 'it failed'}`,
      action: error?.retryable === true ? 'send the study again' : 'correct the study and send it again',
    });
  }
  return new HepastageError(ErrorCode.RESULT_NOT_READY, {
    what: 'the job has no result yet',
    expected: enumName(JobRecord_StateSchema, JobRecord_State.SUCCEEDED),
    received: enumName(JobRecord_StateSchema, state),
    action: 'wait until the job is finished',
  });
}
