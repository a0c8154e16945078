import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type JobRecord, JobRecord_State, StudyRequestSchema } from '@hepastage/proto';
import { arrivedStudy } from '../arrival/arrived.ts';
import { closeArrivalAsSaid } from '../arrival/close-arrival.ts';
import { isLost } from '../arrival/is-lost.ts';
import type { JobName } from '../job-stores.ts';
import type { JobEvidence } from './job-evidence.ts';
import type { ReconcileDeps } from './reconcile-job.ts';
import type { ReconcileTimes } from './verdict.ts';

/**
 * Makes a study of what came over DICOMweb, unless somebody came or went within the quiet period. Where this job's arrival is still known it is closed as was
 * said; that of another job of the same study is none of its business.
 */
export async function finishArrival(
  job: JobName,
  evidence: JobEvidence,
  record: JobRecord | undefined,
  { quietMs }: Pick<ReconcileTimes, 'quietMs'>,
  deps: ReconcileDeps,
): Promise<void> {
  const { tenant, jobId } = job;
  const studyInstanceUid = record?.studyInstanceUid ?? (await restoreArriving(job, evidence, deps));
  if (studyInstanceUid === undefined) return;
  const arrival = { tenant, jobId, studyInstanceUid };
  const closing = await deps.arrivals.closeIfQuiet(arrival, quietMs);
  if (closing.kind === 'busy') return;
  await closeArrivalAsSaid(arrival, closing.kind === 'closed' ? closing.said : '', deps);
  await deps.arrivals.settle(arrival);
}

/**
 * Writes the record of what came over DICOMweb anew, RECEIVING, and has it closed after a quiet period. Returns its study; undefined: nothing of it is left, or will be.
 */
export async function restoreArriving(
  job: JobName,
  { newest }: JobEvidence,
  { store, status, arrivals }: ReconcileDeps,
): Promise<string | undefined> {
  const { tenant, jobId } = job;
  const studyInstanceUid = await arrivedStudy(job, store);
  if (studyInstanceUid === undefined) return undefined;
  const arrival = { tenant, jobId, studyInstanceUid };
  const createdAt = timestampFromDate(newest);
  await status.create(create(StudyRequestSchema, { ...arrival, createdAt }), JobRecord_State.RECEIVING);
  await arrivals.closeLost(arrival);
  if (await isLost(job, store)) return studyInstanceUid;
  // It was erased meanwhile, or is being erased.
  await arrivals.abandon(arrival);
  await status.erase(tenant, jobId);
  return undefined;
}
