import { timestampDate } from '@bufbuild/protobuf/wkt';
import {
  enumName,
  ErrorCodeSchema,
  type JobRecord,
  JobRecord_State,
  JobRecord_StateSchema,
} from '@hepastage/proto';

/** What a target is told, the same at every try. Thin: who is told asks for the rest, with credentials. */
export interface Notice {
  /** Names the event, so that who gets it twice knows. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
}

const types: Partial<Record<JobRecord_State, string>> = {
  [JobRecord_State.SUCCEEDED]: 'job.succeeded',
  [JobRecord_State.FAILED]: 'job.failed',
};

/** Undefined for a job that has not ended, or that its owner ended himself. */
export function noticeOf({ jobId, state, error, finishedAt }: JobRecord): Notice | undefined {
  const type = types[state];
  if (type === undefined || finishedAt === undefined) return undefined;
  const code = error && enumName(ErrorCodeSchema, error.code);
  const data = { jobId, state: enumName(JobRecord_StateSchema, state), ...(code && { code }) };
  return {
    id: `msg_${jobId}`,
    body: JSON.stringify({ type, timestamp: timestampDate(finishedAt).toISOString(), data }),
  };
}
