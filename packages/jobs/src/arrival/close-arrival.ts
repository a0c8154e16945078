import { create } from '@bufbuild/protobuf';
import { type Arrival, objectKeys } from '@hepastage/platform';
import {
  type DicomInstance,
  DicomStudySchema,
  ErrorCode,
  HepastageError,
  type JobRecord,
  JobRecord_State,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import { framesMax, writeDicomIndex } from '../commit/dicom-index.ts';
import { readRequest } from '../commit/read-request.ts';
import { writeRequest } from '../commit/write-request.ts';
import { jobErrorOf } from '../failure/job-error.ts';
import { recordFailure } from '../failure/record-failure.ts';
import type { JobName, JobStores } from '../job-stores.ts';
import { type ArrivalLimits, withArrived } from './arrived.ts';
import { isLost, lost } from './is-lost.ts';
import { readSaid, type Said } from './said.ts';

export interface ClosingDeps extends Pick<JobStores, 'store' | 'status' | 'queue'> {
  readonly config: ArrivalLimits;
  /** Is told of a job that failed here. */
  readonly onEnded: (job: JobName) => Promise<void>;
}

/**
 * Makes a study of what has arrived, as a whole upload would have: index → request.json → record QUEUED → queue; or lets the job fail if it is too much.
 * Doing it again with the same metadata changes nothing, even at the same time, so that whoever dies on the way can be followed by another. False: there
 * is no job. Throws QUEUE_UNAVAILABLE where Redis lost the job meanwhile: what is in the store is promised, and stays.
 */
export async function closeArrival(arrival: Arrival, said: Said, deps: ClosingDeps): Promise<boolean> {
  const { tenant, jobId } = arrival;
  const { status, queue, store } = deps;
  const record = (await status.get(tenant, jobId))?.record;
  if (record === undefined || record.state === JobRecord_State.CANCELLED) return false;
  // Whoever let it fail here may have died before anybody was told.
  if (record.state === JobRecord_State.FAILED) await deps.onEnded(record);
  if (record.state !== JobRecord_State.RECEIVING && record.state !== JobRecord_State.QUEUED) return true;
  let request = await readRequest(store, arrival);
  if (request === undefined) {
    const { createdAt } = record;
    const made = await withArrived(arrival, deps, async (instances) =>
      instances.length === 0 ? undefined : makeRequest({ ...arrival, instances, createdAt, said }, deps),
    );
    if (made === 'too many') return refuse(record, deps);
    if (made === undefined) return eraseEmpty(arrival, deps);
    request = made;
  }
  if (await status.complete(request)) {
    await queue.add(request);
    return true;
  }
  const state = (await status.get(tenant, jobId))?.record.state;
  if (state !== undefined && state !== JobRecord_State.CANCELLED) return true;
  if (state === undefined && (await isLost(arrival, store))) throw lost();
  // Its owner erased the job meanwhile: what was written after that goes, too.
  await store.erase(objectKeys.job(tenant, jobId));
  return false;
}

/** `closeArrival`, with what was said of the study when its arrival was closed. */
export async function closeArrivalAsSaid(
  arrival: Arrival,
  said: string,
  deps: ClosingDeps,
): Promise<boolean> {
  return closeArrival(arrival, readSaid(said), deps);
}

async function makeRequest(
  {
    tenant,
    jobId,
    studyInstanceUid,
    createdAt,
    said,
    instances,
  }: Arrival & { createdAt: StudyRequest['createdAt']; said: Said; instances: DicomInstance[] },
  { store }: ClosingDeps,
): Promise<StudyRequest> {
  const study = create(DicomStudySchema, { studyInstanceUid, instances });
  const request = create(StudyRequestSchema, {
    ...said,
    jobId,
    tenant,
    studyInstanceUid,
    ...(createdAt && { createdAt }),
    inputs: [await writeDicomIndex(study, { store, tenant, jobId })],
  });
  await writeRequest(request, { store });
  return request;
}

/** Requests announced the study, and all of them broke off. */
async function eraseEmpty({ tenant, jobId }: Arrival, { status, store }: ClosingDeps): Promise<false> {
  await status.cancel(tenant, jobId);
  await store.erase(objectKeys.job(tenant, jobId));
  await status.erase(tenant, jobId);
  return false;
}

async function refuse(record: JobRecord, deps: ClosingDeps): Promise<boolean> {
  const hasFailed = (await recordFailure(record, jobErrorOf(tooMuch(deps.config)), deps)) !== undefined;
  if (hasFailed) await deps.onEnded(record);
  return hasFailed;
}

function tooMuch({ filesMax, indexBytesMax }: ArrivalLimits): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_FILES, {
    what: 'the study has more objects than allowed',
    expected: `at most ${filesMax}, with ${framesMax} images and ${indexBytesMax} bytes of index`,
    action: 'send the T1W and T2W series alone',
  });
}
