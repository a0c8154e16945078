import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { objectKeys } from '@hepastage/platform';
import { type JobRecord, type StudyInput, StudyInputSchema, StudyRequestSchema } from '@hepastage/proto';
import type { FastifyRequest } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { DicomIntake } from '../door/dicom-intake.ts';
import { writeDicomIndex } from '../door/dicom-index.ts';
import { withHashedSeries } from '../door/series-choice.ts';
import { fileParts } from '../schemas/study-parts.ts';
import { checkStudy } from './check-study.ts';
import type { ReceivedFile } from './receive-file.ts';
import { receiveParts } from './receive-parts.ts';
import { Rollback } from './rollback.ts';
import { UploadClock } from './upload-clock.ts';
import { writeRequest } from './write-request.ts';

export interface Upload {
  readonly request: FastifyRequest;
  readonly tenant: string;
  /** Aborts when the client goes away. */
  readonly gone: AbortSignal;
  /** Is told of received bytes, for metrics. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Takes a study in, all or nothing: inputs → request.json → record → queue. The object store is the source of truth, so it is complete
 * before the record exists, and the record before the queue has the job. Whatever fails, all that was there before is taken back.
 */
export async function acceptStudy(upload: Upload, deps: ApiDeps): Promise<JobRecord> {
  const { request, tenant, gone, onBytes } = upload;
  const { config, store, status, queue } = deps;
  const jobId = deps.newJobId();
  const createdAt = deps.clock();
  using clock = new UploadClock(config, gone);
  const { signal } = clock;
  await using rollback = new Rollback((error) =>
    request.log.error({ err: error, jobId }, 'upload not erased'),
  );

  let hasRecord = false;
  rollback.add(async () => {
    // A record that was made and can't be erased keeps its objects: the study can then still be staged, where a record alone would wait for ever.
    if (!hasRecord) await store.erase(objectKeys.job(tenant, jobId));
  });
  const destination = { store, tenant, jobId, limits: config, signal };
  const hashUid = deps.uidHasherOf(tenant);
  const intake = new DicomIntake({ ...destination, hashUid });
  // Nothing may be erased while it is still being written.
  rollback.add(async () => intake.ended());
  const { files, metadata } = await receiveParts(request, { ...destination, config, clock, intake, onBytes });
  const dicom = await intake.finish();
  checkStudy({ files, dicom, metadata }, deps.models);

  const inputs = files.map(niftiInput);
  if (dicom.instances.length > 0) inputs.push(await writeDicomIndex(dicom, destination));
  const study = create(StudyRequestSchema, {
    jobId,
    tenant,
    createdAt: timestampFromDate(createdAt),
    metadata: withHashedSeries(metadata, hashUid),
    studyInstanceUid: dicom.studyInstanceUid,
    inputs,
  });
  await writeRequest(study, destination);

  rollback.add(async () => {
    await status.erase(tenant, jobId);
    hasRecord = false;
  });
  const { record } = await status.create(study);
  hasRecord = true;
  rollback.add(async () => void (await queue.remove(jobId)));
  await queue.add(study);
  rollback.disarm();
  return record;
}

function niftiInput({ name, key, bytes, sha256 }: ReceivedFile): StudyInput {
  const { sequence, role } = fileParts[name];
  return create(StudyInputSchema, { sequence, role, key, bytes, sha256 });
}
