import { timestampDate } from '@bufbuild/protobuf/wkt';
import { objectKeys } from '@hepastage/platform';
import { ErrorCode, HepastageError, isFinished, type JobRecord } from '@hepastage/proto';
import type { ClosingDeps } from '../arrival/close-arrival.ts';
import { hasRequest } from '../commit/has-request.ts';
import { readRequest } from '../commit/read-request.ts';
import { announceEnd } from '../end/announce-end.ts';
import { readEnd } from '../end/job-end.ts';
import { type ErasingDeps, eraseJob, finishErasure } from '../erase/erase-job.ts';
import { jobErrorOf } from '../failure/job-error.ts';
import { recordFailure } from '../failure/record-failure.ts';
import type { JobName } from '../job-stores.ts';
import { finishArrival, restoreArriving } from './arrived-job.ts';
import { type Erasure, erasureOf, isToBeErased } from './erasures.ts';
import { evidenceOf, type JobEvidence } from './job-evidence.ts';
import { recordOf } from './restore-record.ts';
import { isJustAccepted, type KnownJob, type ReconcileTimes, type Verdict, verdictOf } from './verdict.ts';

/** Longer than a notice is tried, ms. */
const tellAgainMs = 48 * 3_600_000;

export interface ReconcileDeps extends ErasingDeps, ClosingDeps {
  readonly clock: () => Date;
}

export interface Reconciled {
  readonly verdict: Verdict;
  /** Whether nothing may have been wrong (`isJustAccepted`). */
  readonly justAccepted: boolean;
}

const nothing: Reconciled = { verdict: 'none', justAccepted: false };

/**
 * Finds out what is to be done about one job, and does it. `listed`: what a listing said of it a while ago, which is enough to see that nothing is to be done. Before anything
 * is done the store is asked again, after the record was read: a study that was accepted between the two has its objects before it has its record.
 */
export async function reconcileJob(
  job: JobName,
  times: ReconcileTimes,
  deps: ReconcileDeps,
  { listed, isErasing = false }: { listed?: JobEvidence; isErasing?: boolean } = {},
): Promise<Reconciled> {
  const { store, status, queue, clock } = deps;
  const queued = await queue.state(job.jobId);
  const record = (await status.get(job.tenant, job.jobId))?.record;
  let erasure: Erasure = isErasing ? 'broken-off' : 'none';
  // A sweep knows the erasures; whoever asks for a job that Redis has lost does not.
  if (record === undefined && !isErasing) erasure = await erasureOf(job, deps);
  if (erasure === 'under-way') return nothing;
  const knowing = (evidence: JobEvidence | undefined): KnownJob => ({
    evidence,
    isErasing: erasure === 'broken-off',
    queued,
    record,
    now: clock(),
  });
  if (listed !== undefined && verdictOf(knowing(listed), times) === 'none') return nothing;
  const known = knowing(await evidenceOf(job, store));
  const verdict = verdictOf(known, times);
  await act(verdict, job, known, times, deps);
  return { verdict, justAccepted: isJustAccepted(verdict, known) };
}

async function act(
  verdict: Verdict,
  job: JobName,
  { evidence, record }: KnownJob,
  times: ReconcileTimes,
  deps: ReconcileDeps,
): Promise<void> {
  const { tenant, jobId } = job;
  const { store, status, queue } = deps;
  switch (verdict) {
    case 'none':
    case 'report-lost-result':
      return;
    case 'finish-erasure':
      return finishErasure(job, deps);
    case 'expire':
      return eraseJob(job, { actor: 'retention' }, deps);
    case 'erase-orphan':
      return store.erase(objectKeys.job(tenant, jobId));
    case 'forget-record':
      return status.erase(tenant, jobId);
    case 'close-arrival':
      return finishArrival(job, evidence!, record, times, deps);
    case 'restore-receiving':
      return void (await restoreArriving(job, evidence!, deps));
    case 'restore-ended':
    case 'restore-queued':
      return restore(job, evidence!, deps);
    case 'recover-end': {
      const end = await readEnd(store, job);
      if (end === undefined) return;
      // First, for nobody looks for what a job that has ended still lacks; the notice waits for the end.
      await deps.onEnded(job);
      return void (await announceEnd(job, end, status));
    }
    case 'give-up':
      return fail(job, givenUp(), deps);
    case 'report-lost-request':
      return fail(job, lostRequest(), deps);
    case 'enqueue': {
      const request = await readRequest(store, job);
      if (request !== undefined) await queue.add(request);
      return;
    }
  }
}

async function restore(job: JobName, evidence: JobEvidence, deps: ReconcileDeps): Promise<void> {
  const { store, status, queue } = deps;
  const request = await readRequest(store, job);
  const record = await recordOf(request, evidence, store);
  if (record === undefined || !(await status.restore(record))) return;
  // An erasure that began before there was a record can't have taken it along. One that begins from here on finds it.
  if (await wasErased(job, evidence, deps)) return status.erase(job.tenant, job.jobId);
  if (request !== undefined && !isFinished(record)) await queue.add(request);
  else if (endedLately(record, deps.clock())) await deps.onEnded(job);
}

/** Whether a job is being erased, or has been since `evidence` was gathered. */
async function wasErased(job: JobName, evidence: JobEvidence, { store }: ReconcileDeps): Promise<boolean> {
  if (await isToBeErased(job, store)) return true;
  return evidence.hasRequest ? !(await hasRequest(store, job)) : (await readEnd(store, job)) === undefined;
}

/** Whether those who wait for the job were told of its end was lost with Redis: they are told, perhaps again, of what ended lately, and not of years. */
function endedLately({ finishedAt }: JobRecord, now: Date): boolean {
  return finishedAt !== undefined && now.getTime() - timestampDate(finishedAt).getTime() < tellAgainMs;
}

/** The notice first, as above: where the job does not end here after all, it waits until it does. */
async function fail(job: JobName, error: HepastageError, deps: ReconcileDeps): Promise<void> {
  await deps.onEnded(job);
  await recordFailure(job, jobErrorOf(error), deps);
}

function givenUp(): HepastageError {
  return new HepastageError(ErrorCode.JOB_STALLED, {
    what: 'the job’s workers died, or failed it without a word',
    action: 'send the study again; if that fails too, it may be the study: tell support its job id',
  });
}

function lostRequest(): HepastageError {
  return new HepastageError(ErrorCode.INTERNAL, {
    what: 'what was accepted of the study is not in the object store any more',
    action: 'send the study again, and tell support the job id',
  });
}
