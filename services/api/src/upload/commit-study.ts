import { writeRequest } from '@hepastage/jobs';
import { objectKeys } from '@hepastage/platform';
import { AuditEntry_Action, type JobRecord, type StudyRequest } from '@hepastage/proto';
import type { FastifyRequest } from 'fastify';
import { audit } from '../access/audit.ts';
import type { ApiDeps } from '../deps.ts';
import type { Rollback } from './rollback.ts';

/**
 * Accepts a study whose files lie in the store: request.json → record → queue → line in the audit log. Invariant: an accepted study reaches a terminal state. The object
 * store is the source of truth, so it is complete before the record exists, and the record before the queue has the job; whoever dies after the first step
 * has accepted it, and `reconcile` does the rest. Where a step fails, all before it is taken back.
 */
export async function commitStudy(
  study: StudyRequest,
  request: FastifyRequest,
  rollback: Rollback,
  deps: ApiDeps,
): Promise<JobRecord> {
  const { store, status, queue } = deps;
  const { tenant, jobId } = study;
  // As long as it can't be erased the study is accepted: it keeps its files, and the names that stand for it.
  rollback.add(async () => store.erase(objectKeys.request(tenant, jobId)), 'stop');
  await writeRequest(study, { store });
  const eraseRecord = async () => status.erase(tenant, jobId);
  rollback.add(eraseRecord);
  const { record } = await status.create(study);
  // A record that is there for sure and can't be erased keeps its objects: the study can then still be staged, where a record alone would wait in vain.
  rollback.add(eraseRecord, 'stop');
  rollback.add(async () => void (await queue.remove(jobId)));
  await queue.add(study);
  await audit(request, AuditEntry_Action.STUDY_ACCEPTED, { jobId }, deps);
  rollback.disarm();
  return record;
}
