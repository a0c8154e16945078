import { create } from '@bufbuild/protobuf';
import { type Arrival, objectKeys } from '@hepastage/platform';
import {
  decodeText,
  type DicomInstance,
  type DicomStudy,
  DicomStudySchema,
  encodeText,
  JobRecord_State,
  type StudyMetadata,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { writeDicomIndex } from './dicom-index.ts';

type Deps = Pick<ApiDeps, 'store' | 'status' | 'queue' | 'config'>;

/**
 * Makes a study of what has arrived, as a whole upload would have: index → request.json → record QUEUED → queue. Doing it again changes nothing, so
 * that whoever died on the way can be followed by another. False: there is nothing to stage.
 */
export async function closeArrival(arrival: Arrival, metadata: StudyMetadata, deps: Deps): Promise<boolean> {
  const { tenant, jobId } = arrival;
  const { status, queue } = deps;
  const record = (await status.get(tenant, jobId))?.record;
  if (record?.state !== JobRecord_State.RECEIVING && record?.state !== JobRecord_State.QUEUED) return false;
  const request = (await readRequest(arrival, deps)) ?? (await makeRequest(arrival, record, metadata, deps));
  if (request === undefined) {
    // Requests announced the study, and all of them broke off.
    await status.cancel(tenant, jobId);
    await deps.store.erase(objectKeys.job(tenant, jobId));
    await status.erase(tenant, jobId);
    return false;
  }
  if (await status.complete(request)) await queue.add(request);
  return true;
}

async function readRequest(
  { tenant, jobId }: Arrival,
  { store, config }: Deps,
): Promise<StudyRequest | undefined> {
  const bytes = await store.readBytes(objectKeys.request(tenant, jobId), config.indexBytesMax);
  return bytes && decodeText(StudyRequestSchema, bytes.toString());
}

async function makeRequest(
  arrival: Arrival,
  { createdAt }: { createdAt?: StudyRequest['createdAt'] },
  metadata: StudyMetadata,
  deps: Deps,
): Promise<StudyRequest | undefined> {
  const { tenant, jobId, studyInstanceUid } = arrival;
  const { store } = deps;
  const study = await arrivedStudy(arrival, deps);
  if (study.instances.length === 0) return undefined;
  const request = create(StudyRequestSchema, {
    jobId,
    tenant,
    studyInstanceUid,
    metadata,
    ...(createdAt && { createdAt }),
    inputs: [await writeDicomIndex(study, { store, tenant, jobId })],
  });
  const body = Buffer.from(encodeText(StudyRequestSchema, request));
  await store.writeBytes(objectKeys.request(tenant, jobId), body, { mediaType: 'application/json' });
  return request;
}

/** What all requests brought together. An instance that came twice counts as it came last: that is what lies in the store. */
async function arrivedStudy(
  { tenant, jobId, studyInstanceUid }: Arrival,
  { store, config }: Deps,
): Promise<DicomStudy> {
  const instances = new Map<string, DicomInstance>();
  for await (const { key } of store.list(objectKeys.arrival(tenant, jobId, '').replace(/\.json$/, ''))) {
    const bytes = await store.readBytes(key, config.indexBytesMax);
    const brought = bytes && decodeText(DicomStudySchema, bytes.toString());
    for (const instance of brought?.instances ?? []) instances.set(instance.sopInstanceUid, instance);
  }
  return create(DicomStudySchema, { studyInstanceUid, instances: [...instances.values()] });
}
