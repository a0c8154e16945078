import { jobErrorOf, outcomeOf, readResult, recordFailure } from '@hepastage/jobs';
import { HepastageError, isFinished, type JobRecord_State, type StudyRequest } from '@hepastage/proto';
import type { Claim, ObjectStore, StatusStore } from '@hepastage/platform';
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
  readonly onOpinion: (jobId: string, event: OpinionEvent) => void;
}

/** What the queue knows of an attempt, and may do to it. */
export interface AttemptControl {
  readonly signal: AbortSignal;
  /** Whether a study that fails so is tried again. */
  readonly mayRetry: (error: HepastageError) => boolean;
  /** Why it is not even tried: it has killed its workers. */
  readonly givenUp?: HepastageError;
}

/** How an attempt ended. */
export type Outcome =
  | ({ readonly kind: 'succeeded' } & StagedStudy)
  | { readonly kind: 'failed'; readonly error: HepastageError }
  /** It may succeed later: the record is QUEUED again. */
  | { readonly kind: 'returned'; readonly error: HepastageError }
  /** The job had ended already, was taken over or erased: there is nothing to do. `state`: how it had ended before this attempt. */
  | { readonly kind: 'dropped'; readonly state?: JobRecord_State };

type Claimed = Extract<Claim, { kind: 'claimed' }>;

/** Is told of the claim, whose `attempt` counts from 1. */
export type OnClaim = (attempt: number) => void;

/**
 * One attempt at a study: claims it, stages it, records the outcome. Everything that it writes to the record carries the claim's token, so that an
 * attempt that was overtaken changes nothing. Throws where the outcome can't be recorded: the study must go back to the queue then.
 */
export async function runStudy(
  request: StudyRequest,
  parts: WorkerParts,
  { signal, mayRetry, givenUp }: AttemptControl,
  onClaim: OnClaim = () => undefined,
): Promise<Outcome> {
  const { tenant, jobId } = request;
  const { status, store } = parts;
  if (givenUp !== undefined) return giveUp(request, givenUp, parts);
  // An attempt before this one may have died between its result and the record; or Redis has lost that record.
  const before = await readResult(store, request);
  if (before !== undefined) await status.recover(tenant, jobId, outcomeOf(before));
  const claim = await status.claim(tenant, jobId);
  if (claim.kind !== 'claimed') {
    // The attempt before this one may have died while it wrote, or while it took back.
    await takeBack(request, parts);
    return { kind: 'dropped', ...(claim.kind === 'finished' && { state: claim.state }) };
  }
  const { attempt, token } = claim;
  onClaim(attempt);

  let outcome: Outcome;
  let recorded: boolean;
  try {
    const staged = await stageStudy(request, {
      ...parts,
      source: studySource(store),
      sink: studySink(store, request),
      signal,
      onOpinion: (event) => parts.onOpinion(jobId, event),
      onStep: async (progress) => {
        if (!(await status.report(tenant, jobId, token, progress))) throw interruptions.superseded();
      },
    });
    outcome = { kind: 'succeeded', ...staged };
    const { stage } = staged.result;
    recorded = await status.succeed(tenant, jobId, token, { stage, model: parts.model.name });
  } catch (thrown) {
    const error = HepastageError.from(signal.aborted ? signal.reason : thrown);
    outcome = mayRetry(error) ? { kind: 'returned', error } : await failed(request, claim, error, parts);
    recorded =
      outcome.kind === 'returned' ? await status.requeue(tenant, jobId, token) : outcome.kind === 'failed';
  }
  if (recorded) {
    if (outcome.kind === 'succeeded') await eraseUnlisted(request, outcome.result, store);
    return outcome;
  }
  await takeBack(request, parts);
  return { kind: 'dropped' };
}

/** The failure, kept for good; a failure that can't be kept now is none yet: the study is tried again until it can. */
async function failed(
  { tenant, jobId }: StudyRequest,
  { attempt, token }: Claimed,
  error: HepastageError,
  parts: WorkerParts,
): Promise<Outcome> {
  try {
    const isRecorded = await recordFailure({ tenant, jobId, attempt }, jobErrorOf(error), parts, token);
    return isRecorded ? { kind: 'failed', error } : { kind: 'dropped' };
  } catch (unkept) {
    return { kind: 'returned', error: HepastageError.from(unkept) };
  }
}

/** Fails a study that nobody has in hand, and that nobody may take again. */
async function giveUp(request: StudyRequest, error: HepastageError, parts: WorkerParts): Promise<Outcome> {
  const { tenant, jobId } = request;
  const record = (await parts.status.get(tenant, jobId))?.record;
  const isOpen = record !== undefined && !isFinished(record);
  if (isOpen && (await recordFailure(record, jobErrorOf(error), parts))) return { kind: 'failed', error };
  await takeBack(request, parts);
  return { kind: 'dropped', ...(record && !isOpen && { state: record.state }) };
}
