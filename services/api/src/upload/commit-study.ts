import { createRequest, ruleOutRequest } from '@hepastage/jobs';
import { objectKeys, type ObjectStore } from '@hepastage/platform';
import { ErrorCode, HepastageError, type JobRecord, type StudyRequest } from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { lockLost } from '../idempotency/accept-once.ts';
import type { Upload } from './receive-study.ts';
import type { Rollback } from './rollback.ts';

interface Commit extends Pick<Upload, 'accepting'> {
  /** Whether a name stands for the study. */
  readonly isNamed: boolean;
  readonly rollback: Rollback;
}

/**
 * Accepts a study whose files lie in the store: line in the audit log, and its count → request.json → record → queue. Invariant: an accepted study reaches a terminal
 * state. The object store is the source of truth, so it is complete before the record exists, and the record before the queue has the job; whoever dies once request.json is
 * there has accepted it, and `reconcile` does the rest. So whoever asked for it is known, and is charged, before that. Where a step fails, all before it but the line and the
 * count is taken back; but a study that has a name stays from request.json on: whoever sends it again, even at the same time, is told of it.
 */
export async function commitStudy(
  study: StudyRequest,
  { accepting, isNamed, rollback }: Commit,
  deps: ApiDeps,
): Promise<JobRecord> {
  const { store, status, queue } = deps;
  const { tenant, jobId } = study;
  await accepting(jobId);
  await accept(study, { isNamed, rollback, store });
  const eraseRecord = async () => status.erase(tenant, jobId);
  rollback.add(eraseRecord);
  const { record } = await status.create(study);
  // A record that is there for sure and can't be erased keeps its objects: the study can then still be staged, where a record alone would wait in vain.
  rollback.add(eraseRecord, 'stop');
  rollback.add(async () => void (await queue.remove(jobId)));
  await queue.add(study);
  rollback.disarm();
  return record;
}

async function accept(
  study: StudyRequest,
  { isNamed, rollback, store }: { isNamed: boolean; rollback: Rollback; store: ObjectStore },
): Promise<void> {
  let isAccepted = false;
  // As long as that can't be taken back the study keeps its files and its names.
  rollback.add(async () => {
    // A write without an answer may have been done, or still be on its way: then it finds its place taken.
    if (!isAccepted && (await ruleOutRequest(study, store))) return;
    if (isNamed) throw acceptedAllTheSame();
    await store.erase(objectKeys.request(study.tenant, study.jobId));
  }, 'stop');
  isAccepted = await createRequest(study, { store });
  if (!isAccepted) throw lockLost();
  if (isNamed) rollback.disarm();
}

function acceptedAllTheSame(): HepastageError {
  return new HepastageError(ErrorCode.STORE_UNAVAILABLE, {
    what: 'the study was accepted, though the store did not say so',
  });
}
