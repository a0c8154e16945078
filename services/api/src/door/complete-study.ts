import { closeArrivalAsSaid, defaultMetadata, noteName, type Said, writeSaid } from '@hepastage/jobs';
import { type StudyName, traceparentOf } from '@hepastage/platform';
import {
  AuditEntry_Action,
  ErrorCode,
  HepastageError,
  type JobRecord,
  type StudyMetadata,
} from '@hepastage/proto';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { audit } from '../access/audit.ts';
import type { ApiDeps } from '../deps.ts';
import { type AcceptedJob, acceptOnce, type NamedStudy, takeName } from '../idempotency/accept-once.ts';
import { ContentDigest } from '../idempotency/content-digest.ts';
import { idempotencyKeyOf } from '../idempotency/idempotency-key.ts';
import { metadataSchema } from '../schemas/study-form.ts';
import { tenantOf } from '../tenant.ts';
import { checkModel } from '../upload/check-study.ts';
import { metadataOf } from '../upload/metadata.ts';
import { checkWebhook } from '../webhooks/check-webhook.ts';
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
 * first. With an idempotency key it may be said again for ever. Throws INVALID_REQUEST, INVALID_METADATA, MODEL_NOT_FOUND, INVALID_WEBHOOK,
 * STUDY_NOT_FOUND, STUDY_ARRIVING.
 */
export async function completeStudy(request: FastifyRequest, deps: ApiDeps): Promise<AcceptedJob> {
  const tenant = tenantOf(request);
  const key = idempotencyKeyOf(request.headers['idempotency-key']);
  const { studyInstanceUid, metadata } = completionOf(request.body);
  checkModel(metadata.model, deps.models);
  checkWebhook(metadata.webhook, deps.config);
  const hashUid = deps.uidHasherOf(tenant);
  const study = { tenant, studyInstanceUid: hashUid(studyInstanceUid) };
  const known = withHashedSeries(metadata, hashUid);
  const digest = new ContentDigest();
  digest.part('studyInstanceUid').update(study.studyInstanceUid);
  const contentSha256 = digest.sha256(known);
  return acceptOnce(
    tenant,
    key,
    {
      digest: async () => contentSha256,
      accept: async (named) => {
        const idempotencyKeySha256 = named?.name.sha256 ?? '';
        const traceparent = traceparentOf(request.span);
        const said = { metadata: known, idempotencyKeySha256, contentSha256, traceparent };
        return { record: await closeAsSaid(study, { said, named, request }, deps), isReplay: false };
      },
    },
    deps,
  );
}

/** Who says that a study is complete, and what of it. */
interface Completion {
  readonly said: Said;
  readonly named: NamedStudy | undefined;
  readonly request: FastifyRequest;
}

/** What is said of the study is kept as long as its end is not done: whoever follows stages it as said. */
async function closeAsSaid(
  study: StudyName,
  { said, named, request }: Completion,
  deps: ApiDeps,
): Promise<JobRecord> {
  const { arrivals, status, store } = deps;
  const closing = await arrivals.close(study, writeSaid(said));
  if (closing.kind === 'busy') throw arriving();
  if (closing.kind === 'absent') throw unknownStudy();
  const { jobId } = closing;
  request.span.setAttribute('hepastage.job.id', jobId);
  // That it came is in the log since it did; this is who had it staged.
  await audit(request, AuditEntry_Action.STUDY_ACCEPTED, { jobId }, deps);
  if (named !== undefined) {
    // It may be closed with the words, and the key, of another who said so before.
    await noteName(named.name, jobId, store);
    await takeName(named, { jobId, contentSha256: said.contentSha256 }, deps);
  }
  const arrival = { ...study, jobId };
  const isStudy = await closeArrivalAsSaid(arrival, closing.said, deps);
  await arrivals.settle(arrival);
  const record = isStudy ? (await status.get(study.tenant, jobId))?.record : undefined;
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
