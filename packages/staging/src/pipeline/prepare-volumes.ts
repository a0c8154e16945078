import { enumName, type Preprocessing, type Sequence, SequenceSchema } from '@hepastage/proto';
import type { PreparedVolume } from '../imaging/imaging-protocol.ts';
import type { StagingModel } from '../model/staging-model.ts';
import type { SequenceFiles } from './fetch-inputs.ts';
import { type BySequence, mapSequences, type PipelineContext } from './pipeline-context.ts';

/**
 * decode → preprocess → features, off the main thread. The three are one task: decompressed voxels never leave their thread, so that no more volumes exist than
 * the pool has threads.
 */
export async function prepareVolumes(
  files: BySequence<SequenceFiles>,
  {
    imaging,
    model,
    opinionModels = [],
    limits,
    signal,
  }: Pick<PipelineContext, 'imaging' | 'model' | 'opinionModels' | 'limits' | 'signal'>,
): Promise<BySequence<PreparedVolume>> {
  return mapSequences(files, async ({ image, liverMask }, sequence) =>
    imaging.prepare(
      {
        name: partName(sequence),
        sequence,
        image,
        liverMask,
        preprocessing: preprocessingOf(model, sequence),
        radiomics: opinionModels.length > 0,
        limits,
      },
      signal,
    ),
  );
}

/** Sequences are prepared side by side: the slower one is what the study waited for, s. */
export function longestPreprocessing(volumes: BySequence<PreparedVolume>): number {
  return Math.max(...[...volumes.values()].map(({ preprocessSeconds }) => preprocessSeconds));
}

/** The same of the features, s; undefined where no sequence had any to compute. */
export function longestFeatures(volumes: BySequence<PreparedVolume>): number | undefined {
  const seconds = [...volumes.values()].flatMap(({ radiomicsSeconds }) => radiomicsSeconds ?? []);
  return seconds.length === 0 ? undefined : Math.max(...seconds);
}

/** The name that clients know a sequence's file by: `t1w`. */
export function partName(sequence: Sequence): string {
  return enumName(SequenceSchema, sequence).toLowerCase();
}

export function preprocessingOf(model: StagingModel, sequence: Sequence): Preprocessing {
  const preprocessing = model.manifest.sequences.find((one) => one.sequence === sequence)?.preprocessing;
  if (preprocessing === undefined)
    throw new RangeError(`model ${model.name} does not read sequence ${sequence}`);
  return preprocessing;
}
