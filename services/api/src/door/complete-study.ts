import {
  encodeText,
  ErrorCode,
  HepastageError,
  type JobRecord,
  type StudyMetadata,
  StudyMetadataSchema,
} from '@hepastage/proto';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { ApiDeps } from '../deps.ts';
import { metadataSchema } from '../schemas/study-form.ts';
import { checkModel } from '../upload/check-study.ts';
import { defaultMetadata, metadataOf } from '../upload/metadata.ts';
import { closeArrivalAsSaid } from './close-arrival.ts';
import { withHashedSeries } from './series-choice.ts';

/** The JSON body that says that a study which came over DICOMweb is complete. */
export const completionSchema = Type.Object(
  {
    studyInstanceUid: Type.String({
      pattern: '^[0-9]+(\\.[0-9]+)*$',
      maxLength: 64,
      description: 'StudyInstanceUID of a study that was sent to /dicomweb/studies.',
    }),
    metadata: Type.Optional(metadataSchema),
  },
  { additionalProperties: false, title: 'StudyCompletion' },
);

/**
 * Stages a study that came over DICOMweb now, without waiting for its quiet period. One that failed on the way may be said again; it counts as it was said
 * first. Throws INVALID_REQUEST, INVALID_METADATA, MODEL_NOT_FOUND,
 * STUDY_NOT_FOUND, STUDY_ARRIVING.
 */
export async function completeStudy(body: unknown, tenant: string, deps: ApiDeps): Promise<JobRecord> {
  const { studyInstanceUid: sentUid, metadata } = completionOf(body);
  checkModel(metadata.model, deps.models);
  const hashUid = deps.uidHasherOf(tenant);
  const studyInstanceUid = hashUid(sentUid);
  // What is said of the study is kept as long as its end is not done: whoever follows stages it as said.
  const said = encodeText(StudyMetadataSchema, withHashedSeries(metadata, hashUid));
  const closing = await deps.arrivals.close({ tenant, studyInstanceUid }, said);
  if (closing.kind === 'busy') throw arriving();
  if (closing.kind === 'absent') throw unknownStudy();
  const { jobId } = closing;
  const arrival = { tenant, studyInstanceUid, jobId };
  const isStudy = await closeArrivalAsSaid(arrival, closing.said, deps);
  await deps.arrivals.settle(arrival);
  const record = isStudy ? (await deps.status.get(tenant, jobId))?.record : undefined;
  if (record === undefined) throw unknownStudy();
  return record;
}

function completionOf(body: unknown): { studyInstanceUid: string; metadata: StudyMetadata } {
  const given = Value.Check(completionSchema, body) ? body : undefined;
  if (given === undefined) {
    throw new HepastageError(ErrorCode.INVALID_REQUEST, {
      what: 'the body breaks its schema',
      expected: '{"studyInstanceUid": "1.2.…", "metadata": {…}}',
      action: 'compare it with /docs',
    });
  }
  const { studyInstanceUid, metadata } = given;
  return { studyInstanceUid, metadata: metadata === undefined ? defaultMetadata() : metadataOf(metadata) };
}

function arriving(): HepastageError {
  return new HepastageError(ErrorCode.STUDY_ARRIVING, {
    what: 'instances of the study are still arriving',
    action: 'wait until your requests to /dicomweb/studies have been answered, then say it again',
  });
}

function unknownStudy(): HepastageError {
  return new HepastageError(ErrorCode.STUDY_NOT_FOUND, {
    what: 'no study of that StudyInstanceUID is waiting to be complete',
    action:
      'send it to /dicomweb/studies; if it is being staged already, GET /v1/jobs?studyInstanceUid=… has it',
  });
}
