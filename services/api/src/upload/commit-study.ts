import { createRequest, ruleOutRequest, writeRequest } from '@hepastage/jobs';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import {
  AuditEntry_Action,
  ErrorCode,
  HepastageError,
  type JobRecord,
  type StudyRequest,
} from '@hepastage/proto';
import type { FastifyRequest } from 'fastify';
import { audit } from '../access/audit.ts';
import type { ApiDeps } from '../deps.ts';
import { lockLost } from '../idempotency/accept-once.ts';
import type { Rollback } from './rollback.ts';

/**
 * Accepts a study whose files lie in the store: request.json → record → queue → line in the audit log. Invariant: an accepted study reaches a terminal state. The object
 * store is the source of truth, so it is complete before the record exists, and the record before the queue has the job; whoever dies after the first step
 * has accepted it, and `reconcile` does the rest. Where a step fails, all before it is taken back; but a study that has a name stays from request.json on: whoever sends it
 * again, even at the same time, is told of it.
 */
export async function commitStudy(
  study: StudyRequest,
  { request, isNamed, rollback }: { request: FastifyRequest; isNamed: boolean; rollback: Rollback },
  deps: ApiDeps,
): Promise<JobRecord> {
  const { store, status, queue } = deps;
  const { tenant, jobId } = study;
  await (isNamed ? acceptNamed(study, rollback, store) : acceptUnnamed(study, rollback, store));
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

async function acceptUnnamed(study: StudyRequest, rollback: Rollback, store: ObjectStore): Promise<void> {
  // As long as it can't be erased the study is accepted: it keeps its files.
  rollback.add(async () => store.erase(objectKeys.request(study.tenant, study.jobId)), 'stop');
  await writeRequest(study, { store });
}

async function acceptNamed(study: StudyRequest, rollback: Rollback, store: ObjectStore): Promise<void> {
  // A write whose answer was lost may have been done: then the study is accepted, and keeps its files and its names.
  rollback.add(async () => {
    if (!(await ruleOutRequest(study, store))) throw acceptedAllTheSame();
  }, 'stop');
  if (!(await createRequest(study, { store }))) throw lockLost();
  rollback.disarm();
}

function acceptedAllTheSame(): HepastageError {
  return new HepastageError(ErrorCode.STORE_UNAVAILABLE, {
    what: 'the study was accepted, though the store did not say so',
  });
}
