import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type Artefact, ArtefactSchema, enumName, type Sequence, SequenceSchema } from '@hepastage/proto';
import { heatOfStage } from '../explain/heat.ts';
import type { PreparedVolume } from '../imaging/imaging-protocol.ts';
import type { EncodedSlices } from '../model/model-outputs.ts';
import { type BySequence, mapSequences, type PipelineContext } from './pipeline-context.ts';
import { partName } from './prepare-volumes.ts';
import type { StudyOpinion } from './stage-tokens.ts';

/** An artefact and its bytes. */
export interface ArtefactFile {
  readonly artefact: Artefact;
  readonly bytes: Uint8Array;
}

export interface SequenceEvidence {
  readonly files: readonly ArtefactFile[];
  readonly heatInLiver: number | undefined;
  /** False where nothing in this sequence speaks for the study's stage more than for the others: its heatmap is all zero. */
  readonly speaksForStage: boolean;
}

/** Draws, for every sequence, where the evidence for the study's stage lies: a heatmap on the input's own grid and the key slice. */
export async function explainStage(
  volumes: BySequence<PreparedVolume>,
  encoded: BySequence<EncodedSlices>,
  opinion: StudyOpinion,
  { imaging, signal }: Pick<PipelineContext, 'imaging' | 'signal'>,
): Promise<BySequence<SequenceEvidence>> {
  return mapSequences(opinion.bySequence, async (lone, sequence) => {
    const volume = volumes.get(sequence);
    const slices = encoded.get(sequence);
    if (volume === undefined || slices === undefined) throw new RangeError('an opinion without its slices');
    const { heat, keySlice: key } = heatOfStage(slices, opinion.stage, lone.sliceAttention);
    const speaksForStage = heat.some((value) => value > 0);
    const { heatmap, keySlice, heatInLiver } = await imaging.explain(
      explainTask(volume, slices, heat, key),
      signal,
    );
    const name = partName(sequence);
    return {
      heatInLiver,
      speaksForStage,
      files: [
        artefactFile(
          sequence,
          `heatmap.${name}.nii.gz`,
          'application/gzip',
          heatmap,
          'Evidence for the stage, 0 to 1, on the grid of the input image',
        ),
        artefactFile(
          sequence,
          `key-slice.${name}.png`,
          'image/png',
          keySlice,
          'The slice that the decision leans on most, plain and under its heat',
        ),
      ],
    };
  });
}

function explainTask(volume: PreparedVolume, slices: EncodedSlices, heat: Float32Array, keySlice: number) {
  const { tensor, grid } = volume.stack;
  const pixels = grid.height * grid.width;
  const area = slices.mapHeight * slices.mapWidth;
  // The middle of a slice's three channels is the slice itself.
  const ownChannel = (3 * keySlice + 1) * pixels;
  return {
    heat,
    sliceGrid: grid,
    geometry: volume.geometry,
    liverBits: volume.liverBits,
    keySlice: tensor.slice(ownChannel, ownChannel + pixels),
    keyHeat: heat.slice(keySlice * area, (keySlice + 1) * area),
    mapHeight: slices.mapHeight,
    mapWidth: slices.mapWidth,
  };
}

function artefactFile(
  sequence: Sequence,
  name: string,
  mediaType: string,
  bytes: Uint8Array,
  description: string,
): ArtefactFile {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return {
    artefact: create(ArtefactSchema, {
      name,
      mediaType,
      bytes: bytes.byteLength,
      sha256,
      sequence,
      description: `${enumName(SequenceSchema, sequence)}: ${description}`,
    }),
    bytes,
  };
}
