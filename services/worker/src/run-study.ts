import { create } from '@bufbuild/protobuf';
import {
  ErrorCode,
  HepastageError,
  JobErrorSchema,
  JobRecord_State,
  type StagingResult,
  type StudyRequest,
} from '@hepastage/proto';
import { objectKeys, type ObjectStore, type StatusStore } from '@hepastage/platform';
import { type ImagingPool, type PipelineContext, stageStudy, type StagingModel } from '@hepastage/staging';
import { interruptions } from './interruption.ts';
import { studySink, studySource } from './study-store.ts';

/** What the worker holds for all its studies. */
export interface WorkerParts {
  readonly store: ObjectStore;
  readonly status: StatusStore;
  readonly model: StagingModel;
  readonly imaging: ImagingPool;
  readonly limits: PipelineContext['limits'];
  readonly software: string;
}

/** How an attempt ended. */
export type Outcome =
  | { readonly kind: 'succeeded'; readonly result: StagingResult }
  | { readonly kind: 'failed'; readonly error: HepastageError }
  /** It may succeed later: the record is QUEUED again. */
  | { readonly kind: 'returned'; readonly error: HepastageError }
  /** The job had ended already, was taken over or erased: there is nothing to do. */
  | { readonly kind: 'dropped' };

/**
 * One attempt at a study: claims it, stages it, records the outcome. Everything that it writes to the record carries the claim's attempt, so that an
 * attempt that was overtaken changes nothing. `mayRetry`: whether the queue has attempts left.
 */
export async function runStudy(
  request: StudyRequest,
  parts: WorkerParts,
  { signal, mayRetry }: { signal: AbortSignal; mayRetry: boolean },
): Promise<Outcome> {
  const { tenant, jobId } = request;
  const { status, store } = parts;
  const claim = await status.claim(tenant, jobId);
  if (claim.kind !== 'claimed') return { kind: 'dropped' };
  const { attempt } = claim;

  let outcome: Outcome;
  let recorded: boolean;
  try {
    const result = await stageStudy(request, {
      ...parts,
      source: studySource(store),
      sink: studySink(store, request, signal),
      signal,
      onStep: async (progress) => {
        if (!(await status.report(tenant, jobId, attempt, progress))) throw interruptions.superseded();
      },
    });
    outcome = { kind: 'succeeded', result };
    recorded = await status.succeed(tenant, jobId, attempt, { stage: result.stage, model: parts.model.name });
  } catch (thrown) {
    const error = HepastageError.from(signal.aborted ? signal.reason : thrown);
    const again = isNoFaultOfTheStudy(error) || (error.retryable && mayRetry);
    outcome = { kind: again ? 'returned' : 'failed', error };
    recorded = again
      ? await status.requeue(tenant, jobId, attempt)
      : await status.fail(tenant, jobId, attempt, jobError(error));
  }
  if (recorded) return outcome;
  await takeBack(request, parts);
  return { kind: 'dropped' };
}

/** This worker is leaving, or lost its hold on the job: another attempt begins, or has begun, and this one decides nothing. */
function isNoFaultOfTheStudy({ code }: HepastageError): boolean {
  return code === ErrorCode.NOT_READY || code === ErrorCode.JOB_SUPERSEDED;
}

/** What a client reads of `error`. */
export function jobError(error: HepastageError) {
  return create(JobErrorSchema, { code: error.code, message: error.message, retryable: error.retryable });
}

/**
 * Takes back what an attempt wrote that ended after its job was erased. Never the inputs or the request: should the record be missing for
 * another reason, a study that was accepted can still be rebuilt from them.
 */
async function takeBack({ tenant, jobId }: StudyRequest, { status, store }: WorkerParts): Promise<void> {
  const state = (await status.get(tenant, jobId))?.record.state ?? JobRecord_State.CANCELLED;
  if (state !== JobRecord_State.CANCELLED) return;
  await store.erase(objectKeys.result(tenant, jobId));
  await store.erase(objectKeys.artefact(tenant, jobId, ''));
}
