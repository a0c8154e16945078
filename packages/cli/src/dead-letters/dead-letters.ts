import { timestampDate } from '@bufbuild/protobuf/wkt';
import { hasReplay, type ReplayDeps, replayOf } from '@hepastage/jobs';
import { enumName, ErrorCodeSchema, type JobRecord, JobRecord_State } from '@hepastage/proto';

/** A job that failed through no fault of its study. */
export interface DeadLetter {
  readonly jobId: string;
  readonly tenant: string;
  /** Name of an ErrorCode. */
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  /** When it failed. */
  readonly at: Date;
  /** The job that stages it once more; undefined if there is none yet. */
  readonly replay: string | undefined;
}

const pageSize = 500;

/** All of them, or one tenant's, newest first. A study that can't be staged, whoever tries, is none. */
export async function deadLetters(
  { status, store }: Pick<ReplayDeps, 'status' | 'store'>,
  tenant?: string,
): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for (const one of tenant === undefined ? await status.tenants() : [tenant]) {
    let cursor: string | undefined;
    do {
      const page = await status.list(one, { states: [JobRecord_State.FAILED] }, pageSize, cursor);
      for (const record of page.records) {
        if (!record.error?.retryable) continue;
        const isReplayed = await hasReplay(record, store);
        found.push(deadLetter(record, isReplayed ? replayOf(record).jobId : undefined));
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }
  return found.toSorted((a, b) => b.at.getTime() - a.at.getTime());
}

function deadLetter(
  { jobId, tenant, error, attempt, finishedAt }: JobRecord,
  replay: string | undefined,
): DeadLetter {
  return {
    jobId,
    tenant,
    code: enumName(ErrorCodeSchema, error?.code ?? 0),
    message: error?.message ?? '',
    attempts: attempt,
    at: finishedAt === undefined ? new Date(0) : timestampDate(finishedAt),
    replay,
  };
}
