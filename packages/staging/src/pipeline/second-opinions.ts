import { create } from '@bufbuild/protobuf';
import type { RadiomicsFeatures } from '@hepastage/imaging';
import {
  enumName,
  ErrorCode,
  HepastageError,
  type ModelOpinion,
  type Sequence,
  SequenceSchema,
  type Warning,
  WarningSchema,
} from '@hepastage/proto';
import type { PreparedVolume } from '../imaging/imaging-protocol.ts';
import { errorOf } from '../imaging/settled.ts';
import type { BySequence, OpinionEvent, PipelineContext } from './pipeline-context.ts';

/** What models of other kinds say, and why one of them may have nothing to say. */
export interface SecondOpinions {
  readonly opinions: readonly ModelOpinion[];
  readonly warnings: readonly Warning[];
}

type OpinionContext = Pick<PipelineContext, 'opinionModels' | 'onOpinion' | 'signal'>;

/**
 * Features of the liver → opinions of the radiomics models, which stand beside the study's stage and never change it. A sequence without a liver mask has no features, and
 * nothing to say about that; one whose mask gives none is a warning, and so is a model that fails. Opinions stand in result.json alone: reports travel on to systems in which
 * nobody would see the licence that a model made from non-commercial data comes with. Throws the signal's reason once it aborts, and nothing else.
 */
export async function secondOpinions(
  volumes: BySequence<PreparedVolume>,
  { opinionModels = [], onOpinion = () => undefined, signal }: OpinionContext,
): Promise<SecondOpinions> {
  const features = new Map<Sequence, RadiomicsFeatures>();
  const opinions: ModelOpinion[] = [];
  const warnings: Warning[] = [];
  for (const [sequence, { radiomics }] of volumes) {
    if (radiomics?.ok === true) features.set(sequence, radiomics.value);
    if (radiomics?.ok === false) warnings.push(noFeatures(sequence, errorOf(radiomics), onOpinion));
  }
  const asked = opinionModels.map(async (model) => model.opinions(features));
  for (const [n, answer] of (await Promise.allSettled(asked)).entries()) {
    signal?.throwIfAborted();
    const from = opinionModels[n]!.name;
    if (answer.status === 'rejected') {
      warnings.push(noOpinion(from, HepastageError.from(answer.reason), onOpinion));
      continue;
    }
    const given = answer.value;
    if (given.length > 0) onOpinion({ outcome: 'given', from });
    opinions.push(...given);
  }
  return { opinions, warnings };
}

/** What an image or its mask may be to blame for. All else is a fault of ours, and its words are for the log. */
const faultsOfStudy: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.EMPTY_MASK,
  ErrorCode.MASK_MISMATCH,
  ErrorCode.NO_FINITE_VOXELS,
  ErrorCode.TOO_MANY_VOXELS,
]);

type Tell = (event: OpinionEvent) => void;

function noFeatures(sequence: Sequence, error: HepastageError, tell: Tell): Warning {
  const from = enumName(SequenceSchema, sequence);
  const isOfStudy = faultsOfStudy.has(error.code);
  tell({ outcome: isOfStudy ? 'refused' : 'failed', from, error });
  const reason = isOfStudy
    ? error.publicMessage
    : 'features of the liver could not be computed, for no fault of the study';
  return create(WarningSchema, {
    code: 'NO_RADIOMICS_FEATURES',
    message: `No second opinion on ${from}: ${reason}.`,
  });
}

function noOpinion(from: string, error: HepastageError, tell: Tell): Warning {
  tell({ outcome: 'failed', from, error });
  return create(WarningSchema, {
    code: 'NO_SECOND_OPINION',
    message: `No second opinion of ${from}: the model could not be asked, for no fault of the study.`,
  });
}
