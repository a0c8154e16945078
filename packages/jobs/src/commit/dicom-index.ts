import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { objectKeys, type ObjectSink } from '@hepastage/platform';
import {
  type DicomFrame,
  DicomFrameSchema,
  type DicomInstance,
  DicomInstanceSchema,
  type DicomStudy,
  DicomStudySchema,
  encodeText,
  type StudyInput,
  StudyInput_Role,
  StudyInputSchema,
} from '@hepastage/proto';

/** Most images of a study: each takes about a kilobyte of its index, and up to two of memory while that is made. */
export const framesMax = 100_000;

/** What an instance gets when it is stored, its key, bytes and SHA-256, of its entry, bytes. */
const laterBytes = 512;

/** Bytes that an instance takes of its study's index, or a few more. An object may claim 100,000 images of which it says the same: that is encoded once. */
export function indexBytesOf(instance: DicomInstance): number {
  let bytes = laterBytes + Buffer.byteLength(encodeText(DicomInstanceSchema, { ...instance, frames: [] }));
  let last: DicomFrame | undefined;
  let frameBytes = 0;
  for (const frame of instance.frames) {
    if (frame !== last) frameBytes = Buffer.byteLength(encodeText(DicomFrameSchema, frame)) + 1;
    last = frame;
    bytes += frameBytes;
  }
  return bytes;
}

/** Writes the index of a study's DICOM objects, which all lie in the store already, and returns it as an input of the study. */
export async function writeDicomIndex(
  study: DicomStudy,
  {
    store,
    tenant,
    jobId,
    signal,
  }: { store: ObjectSink; tenant: string; jobId: string; signal?: AbortSignal },
): Promise<StudyInput> {
  const body = Buffer.from(encodeText(DicomStudySchema, study));
  const key = objectKeys.input(tenant, jobId, 'study.json');
  await store.writeBytes(key, body, { mediaType: 'application/json', ...(signal && { signal }) });
  return create(StudyInputSchema, {
    role: StudyInput_Role.DICOM_STUDY,
    key,
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
  });
}
