import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  contentName,
  eraseMarker,
  eraseMarkers,
  noteName,
  readMarkers,
  writeDicomIndex,
} from '@hepastage/jobs';
import { during, queueName, sendingSpan, startSpan, traceparentOf } from '@hepastage/platform';
import {
  type JobRecord,
  JobRecord_State,
  type StudyInput,
  StudyInputSchema,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import type { ApiDeps } from '../deps.ts';
import { withHashedSeries } from '../door/series-choice.ts';
import {
  type AcceptedJob,
  acceptOnce,
  lockName,
  type NamedStudy,
  takeName,
} from '../idempotency/accept-once.ts';
import { ContentDigest } from '../idempotency/content-digest.ts';
import { idempotencyKeyOf } from '../idempotency/idempotency-key.ts';
import { namedJob } from '../idempotency/named-job.ts';
import { nowhere } from '../idempotency/nowhere.ts';
import { fileParts } from '../schemas/study-parts.ts';
import type { StudyParts } from './check-study.ts';
import { commitStudy } from './commit-study.ts';
import type { ReceivedFile } from './receive-file.ts';
import { receiveStudy, type Upload } from './receive-study.ts';
import { Rollback } from './rollback.ts';

/** Takes a study in, all or nothing, and once for its idempotency key. Whatever fails, all that was there before is taken back. */
export async function acceptStudy(upload: Upload, deps: ApiDeps): Promise<AcceptedJob> {
  const key = idempotencyKeyOf(upload.request.headers['idempotency-key']);
  const digest = async () => digestOf(upload, deps);
  const accept = async (named: NamedStudy | undefined) => storeStudy(upload, named, deps);
  return acceptOnce(upload.tenant, key, { digest, accept }, deps);
}

/** Reads an upload as if it were to be kept. */
async function digestOf(upload: Upload, deps: ApiDeps): Promise<string> {
  await using rollback = rollbackOf(upload);
  const digest = new ContentDigest();
  const destination = { store: nowhere, jobId: deps.newJobId(), digest, rollback };
  const { metadata } = await receiveStudy(upload, destination, deps);
  return digest.sha256(metadata);
}

async function storeStudy(
  upload: Upload,
  named: NamedStudy | undefined,
  deps: ApiDeps,
): Promise<AcceptedJob> {
  const { tenant, request } = upload;
  const { tracer } = deps;
  const jobId = deps.newJobId();
  const { deduplicate } = await deps.policyOf(tenant);
  const digest = named !== undefined || deduplicate ? new ContentDigest() : undefined;
  // Whatever is taken back is so before the names are free.
  await using names = new AsyncDisposableStack();
  await using rollback = rollbackOf(upload);
  const parts = await during(startSpan(tracer, 'receive study', { below: request.span }), async () =>
    receiveStudy(upload, { store: deps.store, jobId, digest, rollback }, deps),
  );

  const contentSha256 = digest?.sha256(parts.metadata) ?? '';
  const byContent = deduplicate ? await nameContent(tenant, contentSha256, names, deps) : undefined;
  const twin = byContent && (await twinOf(byContent, deps));
  if (twin !== undefined) {
    if (named !== undefined) {
      await noteName(named.name, twin.jobId, deps.store);
      await takeName(named, { jobId: twin.jobId, contentSha256 }, deps);
    }
    return { record: twin, isReplay: true };
  }

  // What a worker does for the study belongs below it.
  const sending = sendingSpan(tracer, queueName, jobId, request.span);
  request.span.setAttribute('hepastage.job.id', jobId);
  // Awaited here: before this function returns, the rollback has heard that there is nothing to take back.
  return await during(sending, async () => {
    const study = create(StudyRequestSchema, {
      jobId,
      tenant,
      // Of its acceptance: how long the client took to send it is no wait of the service's.
      createdAt: timestampFromDate(deps.clock()),
      metadata: withHashedSeries(parts.metadata, deps.uidHasherOf(tenant)),
      studyInstanceUid: parts.dicom.studyInstanceUid,
      inputs: await inputsOf(parts, { tenant, jobId }, deps),
      idempotencyKeySha256: named?.name.sha256 ?? '',
      contentSha256,
      traceparent: traceparentOf(sending),
    });
    const isNamed = await nameStudy(study, [named, byContent], rollback, deps);
    const record = await commitStudy(study, { accepting: upload.accepting, isNamed, rollback }, deps);
    return { record, isReplay: false };
  });
}

function rollbackOf({ request }: Upload): Rollback {
  return new Rollback((error) => request.log.error({ err: error }, 'upload not erased'));
}

async function nameContent(
  tenant: string,
  sha256: string,
  names: AsyncDisposableStack,
  deps: ApiDeps,
): Promise<NamedStudy> {
  const name = contentName(tenant, sha256);
  return { name, lock: names.use(await lockName(name, deps)) };
}

/** The job of a study with the same content, where the tenant wants it instead of another. One that has failed is no help to anybody, and never will be. */
async function twinOf({ name }: NamedStudy, deps: ApiDeps): Promise<JobRecord | undefined> {
  for await (const { jobId } of readMarkers(name, deps.store)) {
    const record = await namedJob(name.tenant, jobId, deps);
    if (record.state !== JobRecord_State.FAILED && record.state !== JobRecord_State.CANCELLED) return record;
    await eraseMarker(name, jobId, deps.store);
  }
  return undefined;
}

/** From now on the names stand for the study: before its request.json, so that no name is lost with a process that dies between the two. False: it has none. */
async function nameStudy(
  study: StudyRequest,
  named: readonly (NamedStudy | undefined)[],
  rollback: Rollback,
  deps: ApiDeps,
): Promise<boolean> {
  const names = named.filter((one) => one !== undefined);
  rollback.add(async () => eraseMarkers(study, deps.store));
  for (const name of names) await takeName(name, study, deps);
  return names.length > 0;
}

async function inputsOf(
  { files, dicom }: StudyParts,
  job: { tenant: string; jobId: string },
  { store }: ApiDeps,
): Promise<StudyInput[]> {
  const inputs = files.map(niftiInput);
  if (dicom.instances.length > 0) inputs.push(await writeDicomIndex(dicom, { store, ...job }));
  return inputs;
}

function niftiInput({ name, key, bytes, sha256 }: ReceivedFile): StudyInput {
  const { sequence, role } = fileParts[name];
  return create(StudyInputSchema, { sequence, role, key, bytes, sha256 });
}
