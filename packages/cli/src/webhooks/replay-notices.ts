import type { AuditLog } from '@hepastage/access';
import type { StatusStore } from '@hepastage/platform';
import {
  AuditEntry_Action,
  ErrorCode,
  HepastageError,
  type JobRecord,
  JobRecord_State,
} from '@hepastage/proto';
import type { NoticedJob, NoticeQueue } from '@hepastage/webhooks';

export interface ReplayParts {
  readonly notices: NoticeQueue;
  readonly status: StatusStore;
  readonly audit: AuditLog;
}

/** Sends the notice of each of these jobs once more. Throws JOB_NOT_FOUND, RESULT_NOT_READY before any is sent. */
export async function replayJobs(jobIds: readonly string[], parts: ReplayParts): Promise<NoticedJob[]> {
  const records = await Promise.all(jobIds.map(async (jobId) => endedJob(jobId, parts.status)));
  return replayAll(records, parts);
}

/** The same for every notice that was given up. */
export async function replayDead(parts: ReplayParts): Promise<NoticedJob[]> {
  return replayAll(await parts.notices.dead(), parts);
}

async function replayAll(
  jobs: readonly NoticedJob[],
  { notices, audit }: ReplayParts,
): Promise<NoticedJob[]> {
  const replayed: NoticedJob[] = [];
  for (const { tenant, jobId } of jobs) {
    await audit.append(tenant, { actor: 'operator', action: AuditEntry_Action.WEBHOOK_REPLAYED, jobId });
    await notices.replay({ tenant, jobId });
    replayed.push({ tenant, jobId });
  }
  return replayed;
}

async function endedJob(jobId: string, status: StatusStore): Promise<JobRecord> {
  const { SUCCEEDED, FAILED } = JobRecord_State;
  for (const tenant of await status.tenants()) {
    const record = (await status.get(tenant, jobId))?.record;
    if (record === undefined) continue;
    if (record.state === SUCCEEDED || record.state === FAILED) return record;
    throw new HepastageError(ErrorCode.RESULT_NOT_READY, {
      what: 'the job has neither succeeded nor failed: there is nothing to tell of it',
      where: `job ${jobId}`,
      action: 'wait until it has ended',
    });
  }
  throw new HepastageError(ErrorCode.JOB_NOT_FOUND, {
    what: 'no tenant has that job',
    where: `job ${jobId}`,
    action: 'look for it with GET /v1/jobs',
  });
}
