import { objectKeys, type ObjectSink } from '@hepastage/platform';
import type { FastifyRequest } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { DicomIntake } from '../door/dicom-intake.ts';
import type { ContentDigest } from '../idempotency/content-digest.ts';
import { checkWebhook } from '../webhooks/check-webhook.ts';
import { checkStudy, type StudyParts } from './check-study.ts';
import { receiveParts } from './receive-parts.ts';
import type { Rollback } from './rollback.ts';
import { UploadClock } from './upload-clock.ts';

export interface Upload {
  readonly request: FastifyRequest;
  readonly tenant: string;
  /** Aborts when the client goes away. */
  readonly gone: AbortSignal;
  /** Is told of received bytes, for metrics. */
  readonly onBytes: (bytes: number) => void;
  /** Is waited for before the study may be staged: what must not be missing of one that is. It may be told of one that is not, in the end. */
  readonly accepting: (jobId: string) => Promise<void>;
}

/** Where the files of an upload go. */
export interface UploadDestination {
  readonly store: ObjectSink;
  readonly jobId: string;
  readonly digest: ContentDigest | undefined;
  /** Takes the files back, unless the upload comes to a good end. */
  readonly rollback: Rollback;
}

/** Takes in all that the form holds, each part streamed as it comes, and checks that it makes a study. Throws whatever is wrong with it. */
export async function receiveStudy(
  { request, tenant, gone, onBytes }: Upload,
  { store, jobId, digest, rollback }: UploadDestination,
  { config, models, lifecycle, uidHasherOf }: ApiDeps,
): Promise<StudyParts> {
  using clock = new UploadClock(config, gone, lifecycle.givenUp);
  const { signal } = clock;
  const destination = { store, tenant, jobId, limits: config, signal };
  // Not what keeps a late request.json out: that goes with a sweep.
  rollback.add(async () => store.erase(objectKeys.input(tenant, jobId, '')));
  const intake = new DicomIntake({ ...destination, hashUid: uidHasherOf(tenant) });
  // Nothing may be erased while it is still being written.
  rollback.add(async () => intake.ended());
  const { files, metadata } = await receiveParts(request, {
    ...destination,
    config,
    clock,
    intake,
    onBytes,
    digest,
  });
  const study = { files, metadata, dicom: await intake.finish() };
  checkStudy(study, models);
  checkWebhook(metadata.webhook, config);
  return study;
}
