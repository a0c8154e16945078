import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { objectKeys, type ObjectSink } from '@hepastage/platform';
import {
  type DicomStudy,
  DicomStudySchema,
  encodeText,
  type StudyInput,
  StudyInput_Role,
  StudyInputSchema,
} from '@hepastage/proto';

/** Most images of a study: each takes about a kilobyte of its index, and up to two of memory while that is made. */
export const framesMax = 100_000;

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
