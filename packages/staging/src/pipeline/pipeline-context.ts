import type { ImageLimits } from '@hepastage/imaging';
import type { Artefact, HepastageError, Progress, Sequence, StudyInput } from '@hepastage/proto';
import type { ImagingPool } from '../imaging/imaging-pool.ts';
import type { StagingModel } from '../model/staging-model.ts';
import type { RadiomicsModel } from '../radiomics/radiomics-model.ts';
import { allEnded } from './all-ended.ts';

/** Where a study's files come from. */
export interface StudySource {
  /** The whole file. Its buffer is given away to the caller. */
  read(file: StoredFile, signal?: AbortSignal): Promise<Uint8Array>;
}

/** A file in the object store, as an input or a DICOM instance names it. */
export type StoredFile = Pick<StudyInput, 'key' | 'bytes' | 'sha256'>;

/** Where a study's answer goes. */
export interface StudySink {
  writeArtefact(artefact: Artefact, bytes: Uint8Array): Promise<void>;
  writeResult(canonicalJson: string): Promise<void>;
}

/** How asking for a second opinion ended. */
export type OpinionEvent =
  /** `from`: the model, `name@version`. */
  | { readonly outcome: 'given'; readonly from: string }
  /** The study's mask or image gives no features. `from`: the sequence. */
  | { readonly outcome: 'refused'; readonly from: string; readonly error: HepastageError }
  /** For no fault of the study. `from`: the sequence whose features, or the model whose opinion is missing. */
  | { readonly outcome: 'failed'; readonly from: string; readonly error: HepastageError };

/** Everything that a study needs on its way. */
export interface PipelineContext {
  readonly model: StagingModel;
  /** Give their opinions beside its stage where a liver mask came; none by default. */
  readonly opinionModels?: readonly RadiomicsModel[];
  readonly imaging: ImagingPool;
  readonly limits: ImageLimits;
  readonly source: StudySource;
  readonly sink: StudySink;
  /** Version of this software, for the result. */
  readonly software: string;
  readonly signal?: AbortSignal;
  /** Told as each step begins; the step waits for it, and does not begin if it throws. */
  readonly onStep?: (progress: Progress) => Promise<void>;
  /** Told of every second opinion, and why one is missing: where figures and log lines go. */
  readonly onOpinion?: (event: OpinionEvent) => void;
}

/** Values of a sequence, for those that the study has: T1W before T2W. */
export type BySequence<T> = ReadonlyMap<Sequence, T>;

/** The same keys, with each value mapped; all at once. Where one fails, the others end first. */
export async function mapSequences<T, R>(
  values: BySequence<T>,
  transform: (value: T, sequence: Sequence) => Promise<R>,
): Promise<BySequence<R>> {
  const mapped = await allEnded(
    [...values].map(async ([sequence, value]) => [sequence, await transform(value, sequence)] as const),
  );
  return new Map(mapped);
}
