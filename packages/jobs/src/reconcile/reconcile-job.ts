import { create } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { objectKeys } from '@hepastage/platform';
import {
  decodeText,
  DicomStudySchema,
  ErrorCode,
  HepastageError,
  isFinished,
  type JobRecord,
  JobRecord_State,
  StudyRequestSchema,
} from '@hepastage/proto';
import { closeArrival, closeArrivalAsSaid, type ClosingDeps } from '../arrival/close-arrival.ts';
import { readSaid } from '../arrival/said.ts';
import { readRequest } from '../commit/read-request.ts';
import { outcomeOf, readResult } from '../commit/read-result.ts';
import { type ErasingDeps, eraseJob } from '../erase/erase-job.ts';
import { jobErrorOf } from '../failure/job-error.ts';
import { recordFailure } from '../failure/record-failure.ts';
import type { JobName } from '../job-stores.ts';
import { evidenceOf, type JobEvidence } from './job-evidence.ts';
import { firstFailure, recordOf } from './restore-record.ts';
import { type KnownJob, type ReconcileTimes, type Verdict, verdictOf } from './verdict.ts';

/** Longer than a notice is tried, ms. */
const tellAgainMs = 48 * 3_600_000;

export interface ReconcileDeps extends ErasingDeps, ClosingDeps {
  readonly clock: () => Date;
}

/**
 * Finds out what is to be done about one job, and does it. `listed`: what a listing said of it a while ago, which is enough to see that nothing is to be done. Before anything
 * is done the store is asked again, after the record was read: a study that was accepted between the two has its objects before it has its record.
 */
export async function reconcileJob(
  job: JobName,
  times: ReconcileTimes,
  deps: ReconcileDeps,
  { listed, isErasing = false }: { listed?: JobEvidence; isErasing?: boolean } = {},
): Promise<Verdict> {
  const { store, status, queue, clock } = deps;
  const queued = await queue.state(job.jobId);
  const record = (await status.get(job.tenant, job.jobId))?.record;
  const knowing = (evidence: JobEvidence | undefined): KnownJob => ({
    evidence,
    isErasing,
    queued,
    record,
    now: clock(),
  });
  if (listed !== undefined && verdictOf(knowing(listed), times) === 'none') return 'none';
  const known = knowing(await evidenceOf(job, store));
  const verdict = verdictOf(known, times);
  await act(verdict, job, known, deps);
  return verdict;
}

async function act(
  verdict: Verdict,
  job: JobName,
  { evidence, record }: KnownJob,
  deps: ReconcileDeps,
): Promise<void> {
  const { tenant, jobId } = job;
  const { store, status, queue } = deps;
  switch (verdict) {
    case 'none':
    case 'report-lost-result':
      return;
    case 'finish-erasure':
      return eraseJob(job, { actor: 'reconcile' }, deps);
    case 'expire':
      return eraseJob(job, { actor: 'retention' }, deps);
    case 'erase-orphan':
      return store.erase(objectKeys.job(tenant, jobId));
    case 'forget-record':
      return status.erase(tenant, jobId);
    case 'close-arrival':
      return finishArrival(job, evidence!, record, deps);
    case 'restore-succeeded':
    case 'restore-failed':
    case 'restore-queued':
      return restore(job, evidence!, deps);
    case 'recover-result': {
      const result = await readResult(store, job);
      const isRecovered = result && (await status.recover(tenant, jobId, outcomeOf(result)));
      if (isRecovered === true) await deps.onEnded(job);
      return;
    }
    case 'recover-failure': {
      const error = (await firstFailure(evidence!, store))?.error;
      if (error !== undefined && (await status.fail(tenant, jobId, undefined, error)))
        await deps.onEnded(job);
      return;
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
  if (request === undefined) return;
  const record = await recordOf(request, evidence, store);
  if (!(await status.restore(record))) return;
  if (!isFinished(record)) await queue.add(request);
  else if (endedLately(record, deps.clock())) await deps.onEnded(job);
}

/** Whether those who wait for the job were told of its end was lost with Redis: they are told, perhaps again, of what ended lately, and not of years. */
function endedLately({ finishedAt }: JobRecord, now: Date): boolean {
  return finishedAt !== undefined && now.getTime() - timestampDate(finishedAt).getTime() < tellAgainMs;
}

/** Makes a study of what came over DICOMweb. Where its arrival is still known, whoever closes it by that rule goes first. */
async function finishArrival(
  job: JobName,
  { arrivals, newest }: JobEvidence,
  record: JobRecord | undefined,
  deps: ReconcileDeps,
): Promise<void> {
  const studyInstanceUid = record?.studyInstanceUid ?? (await studyOf(arrivals[0], deps));
  if (studyInstanceUid === undefined) return;
  const { tenant, jobId } = job;
  const arrival = { ...job, studyInstanceUid };
  if (record === undefined) {
    const createdAt = timestampFromDate(newest);
    const request = create(StudyRequestSchema, { tenant, jobId, createdAt, studyInstanceUid });
    await deps.status.create(request, JobRecord_State.RECEIVING);
  }
  const closing = await deps.arrivals.close({ tenant, studyInstanceUid }, '');
  if (closing.kind === 'busy') return;
  if (closing.kind === 'closed' && closing.jobId === jobId) {
    await closeArrivalAsSaid(arrival, closing.said, deps);
    await deps.arrivals.settle(arrival);
    return;
  }
  await closeArrival(arrival, readSaid(''), deps);
}

async function studyOf(arrivalKey: string | undefined, { store, config }: ReconcileDeps) {
  if (arrivalKey === undefined) return undefined;
  const bytes = await store.readBytes(arrivalKey, config.indexBytesMax);
  return bytes && decodeText(DicomStudySchema, bytes.toString()).studyInstanceUid;
}

async function fail(job: JobName, error: HepastageError, deps: ReconcileDeps): Promise<void> {
  if (await recordFailure({ ...job, attempt: 0 }, jobErrorOf(error), deps)) await deps.onEnded(job);
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
