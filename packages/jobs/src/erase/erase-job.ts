import type { AuditLog } from '@hepastage/access';
import { objectKeys } from '@hepastage/platform';
import { AuditEntry_Action } from '@hepastage/proto';
import { readRequest } from '../commit/read-request.ts';
import type { JobName, JobStores } from '../job-stores.ts';
import { eraseMarkers } from '../markers/late-names.ts';
import { type Eraser, eraseNote, notedEraser, noteErasure } from './erasure-note.ts';

export interface ErasingDeps extends JobStores {
  readonly audit: AuditLog;
  /** Takes a job out of every queue besides that of studies. */
  readonly forget: (job: JobName) => Promise<void>;
}

/**
 * Cancels a job and erases everything of it. Invariants:
 *
 * - What was erased is gone everywhere: inputs, result, artefacts, failures, the names that stand for it, record, index, queue entry; what is left is a line of the audit log for each who
 *   asked, the first of them included whose erasure broke off.
 * - An erasure that was begun is finished: an object says so from before the first step until after the last, and whoever finds it (`reconcile`, a DELETE that is
 *   sent again) does all of it once more. Every step may be done twice.
 *
 * A worker that has the study is told to stop, and takes back what it writes after that.
 */
export async function eraseJob(job: JobName, eraser: Eraser, deps: ErasingDeps): Promise<void> {
  const { tenant, jobId } = job;
  const { store, status, queue, arrivals, audit } = deps;
  const erasers = await noteErasure(job, eraser, store);

  await status.cancel(tenant, jobId);
  const studyInstanceUid = (await status.get(tenant, jobId))?.record.studyInstanceUid ?? '';
  if (studyInstanceUid !== '') await arrivals.abandon({ tenant, jobId, studyInstanceUid });
  await queue.remove(jobId);
  await deps.forget(job);
  await eraseMarkers((await readRequest(store, job)) ?? job, store);
  await store.erase(objectKeys.job(tenant, jobId));
  await status.erase(tenant, jobId);
  for (const one of erasers)
    await audit.append(tenant, { ...one, action: AuditEntry_Action.JOB_ERASED, jobId });

  await eraseNote(job, store);
}

/** Goes on with an erasure that broke off, in the name of whoever asked for it; in its own where nothing says who that was. */
export async function finishErasure(job: JobName, deps: ErasingDeps): Promise<void> {
  return eraseJob(job, (await notedEraser(job, deps.store)) ?? { actor: 'reconcile' }, deps);
}
