import { create } from '@bufbuild/protobuf';
import type { RadiomicsFeatures } from '@hepastage/imaging';
import {
  enumName,
  type ModelOpinion,
  type Sequence,
  SequenceSchema,
  type Warning,
  WarningSchema,
} from '@hepastage/proto';
import type { PreparedVolume } from '../imaging/imaging-protocol.ts';
import type { BySequence, PipelineContext } from './pipeline-context.ts';

/** What models of other kinds say, and why one of them may have nothing to say. */
export interface SecondOpinions {
  readonly opinions: readonly ModelOpinion[];
  readonly warnings: readonly Warning[];
}

/**
 * Features of the liver → opinions of the radiomics models, which stand beside the study's stage and never change it. A sequence without a liver mask has no features, and
 * nothing to say about that; one whose mask gives none is a warning. Opinions stand in result.json alone: reports travel on to systems in which nobody would see the licence
 * that a model made from non-commercial data comes with.
 */
export async function secondOpinions(
  volumes: BySequence<PreparedVolume>,
  { opinionModels = [] }: Pick<PipelineContext, 'opinionModels'>,
): Promise<SecondOpinions> {
  const features = new Map<Sequence, RadiomicsFeatures>();
  const warnings: Warning[] = [];
  for (const [sequence, { radiomics }] of volumes) {
    if (radiomics?.ok === true) features.set(sequence, radiomics.features);
    if (radiomics?.ok === false) warnings.push(noFeatures(sequence, radiomics.reason));
  }
  const opinions = await Promise.all(opinionModels.map(async (model) => model.opinions(features)));
  return { opinions: opinions.flat(), warnings };
}

function noFeatures(sequence: Sequence, reason: string): Warning {
  return create(WarningSchema, {
    code: 'NO_RADIOMICS_FEATURES',
    message: `No second opinion on ${enumName(SequenceSchema, sequence)}: ${reason}.`,
  });
}
