import { announceEnd, isToBeErased, jobErrorOf, readEnd, recordFailure } from '@hepastage/jobs';
import { HepastageError, JobRecord_State, type Progress_Step, type StudyRequest } from '@hepastage/proto';
import type { ObjectStore, StatusStore } from '@hepastage/platform';
import {
  type ImagingPool,
  type OpinionEvent,
  type PipelineContext,
  type StagedStudy,
  stageStudy,
  type StagingModel,
} from '@hepastage/staging';
import { interruptions } from './interruption.ts';
import { studySink, studySource } from './study-store.ts';
import { eraseUnlisted, takeBack } from './take-back.ts';

/** What the worker holds for all its studies. */
export interface WorkerParts {
  readonly store: ObjectStore;
  readonly status: StatusStore;
  readonly model: StagingModel;
  readonly opinionModels: NonNullable<PipelineContext['opinionModels']>;
  readonly imaging: ImagingPool;
  readonly limits: PipelineContext['limits'];
  readonly software: string;
  /** Told of every second opinion, and why one is missing. */
  readonly onOpinion: (request: StudyRequest, event: OpinionEvent) => void;
  /** Told of every write of an artefact or a result that failed. */
  readonly onWriteFailed: () => void;
}

/** What the queue knows of an attempt, and may do to it. */
export interface AttemptControl {
  readonly signal: AbortSignal;
  /** Whether a study that fails so is tried again. */
  readonly mayRetry: (error: HepastageError) => boolean;
  /** Why it is not even tried: it has killed its workers. */
  readonly givenUp?: HepastageError;
  readonly watch?: AttemptWatch;
}

/** Is told how far an attempt has come. */
export interface AttemptWatch {
  /** `attempt` counts from 1. */
  claimed(attempt: number): void;
  stepBegins(step: Progress_Step): void;
}

/** How an attempt ended. */
export type Outcome =
  | ({ readonly kind: 'succeeded' } & StagedStudy)
  | { readonly kind: 'failed'; readonly error: HepastageError }
  /** It may succeed later: the record is QUEUED again. */
  | { readonly kind: 'returned'; readonly error: HepastageError }
  /** The job had ended already, was taken over or erased: there is nothing to do. `state`: how it had ended before this attempt. */
  | { readonly kind: 'dropped'; readonly state?: JobRecord_State };

/** Is told of the claim, whose `attempt` counts from 1. */
export type OnClaim = (attempt: number) => void;

/**
 * One attempt at a study: claims it, stages it, records the outcome. Everything that it writes to the record carries the claim's token, so that an
 * attempt that was overtaken changes nothing; but how the job has ended is for the object store to say (`readEnd`): whoever finds that there has the record
 * say so. Throws where the outcome can't be recorded: the study must go back to the queue then.
 */
export async function runStudy(
  request: StudyRequest,
  parts: WorkerParts,
  { signal, mayRetry, givenUp, watch }: AttemptControl,
  onClaim: OnClaim = () => undefined,
): Promise<Outcome> {
  const { tenant, jobId } = request;
  const { status, store } = parts;
  // Whoever ended it may have died before the record said so; or Redis has lost what it said.
  if (await isToBeErased(request, store)) await status.cancel(tenant, jobId);
  const before = await readEnd(store, request);
  if (before !== undefined) await announceEnd(request, before, status);
  else if (givenUp !== undefined) return takenBack(request, await fail(request, givenUp, parts), parts);
  const claim = await status.claim(tenant, jobId);
  if (claim.kind !== 'claimed') {
    // The attempt before this one may have died while it wrote, or while it took back.
    const outcome = { kind: 'dropped', ...(claim.kind === 'finished' && { state: claim.state }) } as const;
    return takenBack(request, outcome, parts);
  }
  const { attempt, token } = claim;
  watch?.claimed(attempt);
  onClaim(attempt);

  let outcome: Outcome = { kind: 'dropped' };
  try {
    const staged = await stageStudy(request, {
      ...parts,
      source: studySource(store),
      sink: studySink(store, request, parts.onWriteFailed),
      signal,
      onOpinion: (event) => parts.onOpinion(request, event),
      onStep: async (progress) => {
        if (!(await status.report(tenant, jobId, token, progress))) throw interruptions.superseded();
        watch?.stepBegins(progress.step);
      },
    });
    const { stage } = staged.result;
    if (await status.succeed(tenant, jobId, token, { stage, model: parts.model.name }))
      outcome = { kind: 'succeeded', ...staged };
  } catch (thrown) {
    const error = HepastageError.from(signal.aborted ? signal.reason : thrown);
    outcome = mayRetry(error) ? { kind: 'returned', error } : await failed(request, token, error, parts);
    if (outcome.kind === 'returned' && !(await status.requeue(tenant, jobId, token)))
      outcome = { kind: 'dropped' };
  }
  return takenBack(request, outcome, parts);
}

/** The failure, kept for good; a failure that can't be kept now is none yet: the study is tried again until it can. */
async function failed(
  request: StudyRequest,
  token: string,
  error: HepastageError,
  parts: WorkerParts,
): Promise<Outcome> {
  try {
    return await fail(request, error, parts, token);
  } catch (unkept) {
    return { kind: 'returned', error: HepastageError.from(unkept) };
  }
}

/** Lets the study fail, unless its result was first. `token` undefined: nobody has it in hand, and nobody may take it again. */
async function fail(
  request: StudyRequest,
  error: HepastageError,
  parts: WorkerParts,
  token?: string,
): Promise<Outcome> {
  const state = await recordFailure(request, jobErrorOf(error), parts, token);
  if (state === JobRecord_State.FAILED) return { kind: 'failed', error };
  return { kind: 'dropped', ...(state !== undefined && { state }) };
}

/** The outcome, once what counts for nothing by it is taken back. */
async function takenBack(request: StudyRequest, outcome: Outcome, parts: WorkerParts): Promise<Outcome> {
  if (outcome.kind === 'succeeded') await eraseUnlisted(request, outcome.result.artefacts, parts.store);
  if (outcome.kind === 'failed') await eraseUnlisted(request, [], parts.store);
  // Who returns it because another's end was first is not sure to see it again: Redis may lose it.
  if (outcome.kind === 'dropped' || outcome.kind === 'returned') await takeBack(request, parts);
  return outcome;
}
