import { estimateJobs } from '@hepastage/jobs';
import type { QueueEntry } from '@hepastage/platform';
import {
  enumName,
  ErrorCode,
  ErrorCodeSchema,
  HepastageError,
  type JobRecord,
  JobRecord_StateSchema,
} from '@hepastage/proto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { QueueParts } from './with-queue.ts';

/** Where one job is: what its record says, and what the queue knows. */
export interface FoundJob {
  readonly jobId: string;
  readonly tenant: string;
  /** State of the record; empty: there is none. */
  readonly state: string;
  /** Its code, where the job has failed or was cancelled. */
  readonly error: string;
  /** Studies that workers take before it; undefined: it does not wait. */
  readonly ahead: number | undefined;
  readonly finishesAt: Date | undefined;
  /** Undefined: the queue has none. */
  readonly entry: (QueueEntry & { readonly state: string }) | undefined;
}

/** Whose job it is says its queue entry or, where it has none any more, a look at every tenant. Throws INVALID_REQUEST where neither queue nor status store has it. */
export async function findJob(jobId: string, parts: QueueParts): Promise<FoundJob> {
  const { inspector: queue, status } = parts;
  const entry = await queue.find(jobId);
  const record = await recordOf(jobId, entry?.tenant, parts);
  if (entry === undefined && record === undefined) {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'neither the queue nor the status store has this job',
      action: 'check the id; if Redis was lost, run hepastage reconcile',
    });
  }
  const [estimated] = record === undefined ? [] : await estimateJobs([record], { queue, status }, Date.now());
  const finishesAt = estimated?.estimate?.finishesAt;
  return {
    jobId,
    tenant: record?.tenant ?? entry?.tenant ?? '',
    state: record === undefined ? '' : enumName(JobRecord_StateSchema, record.state),
    error: record?.error === undefined ? '' : enumName(ErrorCodeSchema, record.error.code),
    ahead: entry?.place?.ahead,
    finishesAt: finishesAt && timestampDate(finishesAt),
    entry,
  };
}

async function recordOf(
  jobId: string,
  tenant: string | undefined,
  { status }: QueueParts,
): Promise<JobRecord | undefined> {
  const tenants = tenant ? [tenant] : await status.tenants();
  for (const one of tenants) {
    const found = await status.get(one, jobId);
    if (found !== undefined) return found.record;
  }
  return undefined;
}
