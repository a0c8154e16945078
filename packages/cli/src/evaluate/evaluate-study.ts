import { createHash } from 'node:crypto';
import { backProject, shareMarked } from '@hepastage/imaging';
import { HepastageError, Sequence } from '@hepastage/proto';
import {
  encodeSlices,
  heatOfStage,
  inputName,
  liverInSlices,
  type PipelineContext,
  prepareVolumes,
  stageLoneSlices,
  stageTokens,
} from '@hepastage/staging';
import { readInputFile } from '../input-file.ts';
import type { CohortRow } from '../prepare/cohort.ts';
import type { Refusal } from '../refusal.ts';
import type { CohortStudy } from './cohort-studies.ts';
import type { Prediction } from './predictions-table.ts';

export interface EvaluatedStudy {
  /** None where every volume was refused. */
  readonly predictions: readonly Prediction[];
  readonly refused: readonly Refusal[];
}

type Context = Pick<PipelineContext, 'model' | 'imaging' | 'limits' | 'signal'>;
type Prepared = Awaited<ReturnType<typeof prepareVolumes>>;
type Encoded = Awaited<ReturnType<typeof encodeSlices>>;
type Opinion = Awaited<ReturnType<typeof stageTokens>>;

/** One study through the steps that serve it, as far as they make its stage: decode → preprocess → encode → stage. */
export async function evaluateStudy(study: CohortStudy, context: Context): Promise<EvaluatedStudy> {
  const { volumes, refused } = await prepareStudy(study, context);
  if (volumes.size === 0) return { predictions: [], refused };
  const encoded = await encodeSlices(volumes, context);
  const opinion = await stageTokens(volumes, encoded, context);
  const slices = await slicePredictions(volumes, encoded, opinion, context);
  return { predictions: [...inputPredictions(volumes, encoded, opinion), ...slices], refused };
}

/** A volume that is refused leaves its study the other sequence. */
async function prepareStudy({ volumes: rows }: CohortStudy, context: Context) {
  const volumes = new Map<Sequence, NonNullable<ReturnType<Prepared['get']>>>();
  const refused: Refusal[] = [];
  for (const row of rows) {
    try {
      const files = new Map([[Sequence[row.sequence], await filesOf(row)]]);
      for (const [sequence, volume] of await prepareVolumes(files, context)) volumes.set(sequence, volume);
    } catch (error) {
      // What may pass is no fault of the volume.
      if (!(error instanceof HepastageError) || error.retryable) throw error;
      const { study, sequence, variant } = row;
      refused.push({ study, sequence, variant, code: error.codeName, message: error.message });
    }
  }
  return { volumes, refused };
}

async function filesOf({ image, liverMask }: CohortRow) {
  return {
    image: { kind: 'nifti', file: await fileBytes(image) } as const,
    liverMask: liverMask === undefined ? undefined : await fileBytes(liverMask),
  };
}

async function fileBytes(path: string) {
  const bytes = await readInputFile(path);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The answers for the study as a whole: from each of its sequences alone and, with two, from both. */
function inputPredictions(volumes: Prepared, encoded: Encoded, opinion: Opinion): Prediction[] {
  const lone = [...opinion.bySequence].map(([sequence, { probabilities, distance }]) => ({
    input: inputName([sequence]),
    probabilities,
    distance,
    ...liverShares(sequence, volumes, encoded, opinion),
  }));
  if (lone.length < 2) return lone;
  const distances = lone.flatMap(({ distance }) => distance ?? []);
  const joint = {
    input: inputName([...opinion.bySequence.keys()]),
    probabilities: opinion.probabilities,
    distance: distances.length === 0 ? undefined : Math.max(...distances),
  };
  return [...lone, joint];
}

/** As the heatmap of the study's stage has them. */
function liverShares(
  sequence: Sequence,
  volumes: Prepared,
  encoded: Encoded,
  { stage, bySequence }: Opinion,
) {
  const { liverBits, geometry, stack } = volumes.get(sequence)!;
  if (liverBits === undefined) return {};
  const slices = encoded.get(sequence)!;
  const { heat } = heatOfStage(slices, stage, bySequence.get(sequence)!.sliceAttention);
  const maps = { values: heat, height: slices.mapHeight, width: slices.mapWidth };
  return {
    heatInLiver: shareMarked(backProject(maps, stack.grid, geometry), liverBits),
    liverInSlices: liverInSlices(stack.grid, geometry, liverBits),
  };
}

/** The answers for each slice alone, with its weight in the decision that the study gets. */
async function slicePredictions(
  volumes: Prepared,
  encoded: Encoded,
  { bySequence }: Opinion,
  context: Context,
): Promise<Prediction[]> {
  const lone = await stageLoneSlices(volumes, encoded, context);
  return [...lone].flatMap(([sequence, slices]) =>
    slices.map((probabilities, slice) => ({
      input: inputName([sequence]),
      slice,
      position: volumes.get(sequence)!.stack.grid.positions[slice]!,
      attention: bySequence.get(sequence)!.sliceAttention[slice]!,
      probabilities,
    })),
  );
}
