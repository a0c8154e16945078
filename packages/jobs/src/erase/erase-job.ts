import { create } from '@bufbuild/protobuf';
import { type AuditLog } from '@hepastage/access';
import { objectKeys } from '@hepastage/platform';
import { AuditEntry_Action, encodeText, type Erasure, ErasureSchema, now } from '@hepastage/proto';
import { readRequest } from '../commit/read-request.ts';
import type { JobName, JobStores } from '../job-stores.ts';
import { eraseMarkers } from '../markers/markers.ts';

export interface ErasingDeps extends JobStores {
  readonly audit: AuditLog;
  /** Takes a job out of every queue besides that of studies. */
  readonly forget: (job: JobName) => Promise<void>;
}

/** Who wants a job erased. */
export interface Eraser {
  readonly actor: string;
  /** Of the request, as logs have it. */
  readonly requestId?: string;
}

/**
 * Cancels a job and erases everything of it. Invariants:
 *
 * - What was erased is gone everywhere: inputs, result, artefacts, failures, the names that stand for it, record, index, queue entry; what is left is a line of the audit log.
 * - An erasure that was begun is finished: an object says so from before the first step until after the last, and whoever finds it (`reconcile`, a DELETE that is
 *   sent again) does all of it once more. Every step may be done twice.
 *
 * A worker that has the study is told to stop, and takes back what it writes after that.
 */
export async function eraseJob(job: JobName, eraser: Eraser, deps: ErasingDeps): Promise<void> {
  const { tenant, jobId } = job;
  const { store, status, queue, arrivals, audit } = deps;
  const body = Buffer.from(encodeText(ErasureSchema, erasureOf(job, eraser)));
  await store.writeBytes(objectKeys.erasure(tenant, jobId), body, { mediaType: 'application/json' });

  await status.cancel(tenant, jobId);
  const studyInstanceUid = (await status.get(tenant, jobId))?.record.studyInstanceUid ?? '';
  if (studyInstanceUid !== '') await arrivals.abandon({ tenant, jobId, studyInstanceUid });
  await queue.remove(jobId);
  await deps.forget(job);
  const request = await readRequest(store, job);
  if (request !== undefined) await eraseMarkers(request, store);
  await store.erase(objectKeys.job(tenant, jobId));
  await status.erase(tenant, jobId);
  await audit.append(tenant, { ...eraser, action: AuditEntry_Action.JOB_ERASED, jobId });

  await store.erase(objectKeys.erasure(tenant, jobId));
}

function erasureOf({ tenant, jobId }: JobName, { actor }: Eraser): Erasure {
  return create(ErasureSchema, { tenant, jobId, actor, requestedAt: now() });
}
