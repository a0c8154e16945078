import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { AuditLog } from '@hepastage/access';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import {
  AuditEntry_Action,
  ErrorCode,
  HepastageError,
  JobRecord_State,
  now,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import { hasRequest } from '../commit/has-request.ts';
import { readRequest } from '../commit/read-request.ts';
import { writeRequest } from '../commit/write-request.ts';
import type { JobName, JobStores } from '../job-stores.ts';
import { copyInputs } from './copy-inputs.ts';

export interface ReplayDeps extends Pick<JobStores, 'store' | 'status' | 'queue'> {
  readonly audit: AuditLog;
}

/**
 * Stages a job that has FAILED once more, and returns the new job's id. A terminal state never changes, so a replay is a job of its own, with copies of the same files: either
 * may be erased without the other. As for an upload, inputs come first, then request.json, then the record, then the queue.
 *
 * A job has one replay (which may be replayed itself, should it fail, too). Its id follows from the job's, so that whoever does it again, or at the same time, makes the same. What
 * breaks off before request.json is an orphan that `reconcile` erases; after it, a job that `reconcile` completes.
 *
 * Throws JOB_NOT_FOUND, INVALID_REQUEST where the job has not failed, INPUT_LOST.
 */
export async function replayJob(job: JobName, deps: ReplayDeps): Promise<string> {
  const { tenant, jobId } = job;
  const { store, status, queue, audit } = deps;
  const request = await failedRequest(job, deps);
  const replay = replayOf(job);
  if (await hasReplay(job, store)) return replay.jobId;
  try {
    const replayed = create(StudyRequestSchema, {
      ...request,
      ...replay,
      inputs: await copyInputs(request, replay, store),
      createdAt: now(),
      replayOf: jobId,
      // Names that the client gave stand for the job that it knows.
      idempotencyKeySha256: '',
      contentSha256: '',
    });
    const action = AuditEntry_Action.JOB_REPLAYED;
    await audit.append(tenant, { actor: 'operator', action, jobId, target: replay.jobId });
    await writeRequest(replayed, { store });
    await status.create(replayed);
    await queue.add(replayed);
  } catch (error) {
    // Once there is a request, the replay can be completed, and is.
    if (!(await hasReplay(job, store))) await store.erase(objectKeys.job(tenant, replay.jobId));
    throw error;
  }
  return replay.jobId;
}

/** Whether the job was replayed, and its replay was not erased since. */
export async function hasReplay(job: JobName, store: ObjectStore): Promise<boolean> {
  return hasRequest(store, replayOf(job));
}

/** What the job's replay is called: a name-based UUID (RFC 9562, version 5) in the namespace that the job's own is. */
export function replayOf({ tenant, jobId }: JobName): JobName {
  const namespace = Buffer.from(jobId.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(namespace).update('replay').digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const ends = [8, 12, 16, 20, 32];
  return { tenant, jobId: ends.map((end, at) => hex.slice(ends[at - 1] ?? 0, end)).join('-') };
}

async function failedRequest(job: JobName, { status, store }: ReplayDeps): Promise<StudyRequest> {
  const where = `job ${job.jobId}`;
  const record = (await status.get(job.tenant, job.jobId))?.record;
  if (record !== undefined && record.state !== JobRecord_State.FAILED) {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the job has not failed: there is nothing to replay',
      where,
      action: 'see hepastage dead-letters list',
    });
  }
  const request = record && (await readRequest(store, job));
  if (request !== undefined) return request;
  throw new HepastageError(ErrorCode.JOB_NOT_FOUND, {
    what: `tenant ${job.tenant} has no such job, or nothing of its study is left`,
    where,
    action: 'see hepastage dead-letters list',
  });
}
