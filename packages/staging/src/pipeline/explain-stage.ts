import { enumName, type Sequence, SequenceSchema } from '@hepastage/proto';
import type { ReportHeader } from '@hepastage/reports';
import { heatOfStage } from '../explain/heat.ts';
import type { Explanation, ExplainTask, PreparedVolume } from '../imaging/imaging-protocol.ts';
import type { EncodedSlices } from '../model/model-outputs.ts';
import { type ArtefactFile, artefactFile } from './artefact-file.ts';
import { type BySequence, mapSequences, type PipelineContext } from './pipeline-context.ts';
import { partName } from './prepare-volumes.ts';
import type { StudyOpinion } from './stage-tokens.ts';

export interface SequenceEvidence {
  readonly files: readonly ArtefactFile[];
  readonly heatInLiver: number | undefined;
  readonly liverInSlices: number | undefined;
  /** False where nothing in this sequence speaks for the study's stage more than for the others: its heatmap is all zero. */
  readonly speaksForStage: boolean;
}

/**
 * Draws, for every sequence, where the evidence for the study's stage lies: a heatmap on the input's own grid and the key slice, each as a plain file and as a DICOM
 * object.
 */
export async function explainStage(
  volumes: BySequence<PreparedVolume>,
  encoded: BySequence<EncodedSlices>,
  opinion: StudyOpinion,
  header: ReportHeader,
  { imaging, signal }: Pick<PipelineContext, 'imaging' | 'signal'>,
): Promise<BySequence<SequenceEvidence>> {
  return mapSequences(opinion.bySequence, async (lone, sequence) => {
    const volume = volumes.get(sequence);
    const slices = encoded.get(sequence);
    if (volume === undefined || slices === undefined) throw new RangeError('an opinion without its slices');
    const { heat, keySlice: key } = heatOfStage(slices, opinion.stage, lone.sliceAttention);
    const speaksForStage = heat.some((value) => value > 0);
    const explanation = await imaging.explain(
      explainTask({ sequence, header, volume, slices, heat, keySlice: key }),
      signal,
    );
    const { heatInLiver, liverInSlices } = explanation;
    return { heatInLiver, liverInSlices, speaksForStage, files: sequenceFiles(sequence, explanation) };
  });
}

/** Of all sequences. */
export function filesOf(evidence: BySequence<SequenceEvidence>): ArtefactFile[] {
  return [...evidence.values()].flatMap(({ files }) => files);
}

function sequenceFiles(
  sequence: Sequence,
  { heatmap, evidence, keySlice, capture }: Explanation,
): ArtefactFile[] {
  const name = partName(sequence);
  const about = (text: string) => `${enumName(SequenceSchema, sequence)}: ${text}`;
  const files = [
    artefactFile({
      name: `heatmap.${name}.nii.gz`,
      mediaType: 'application/gzip',
      file: heatmap,
      sequence,
      description: about('Evidence for the stage, 0 to 1, on the grid of the input image'),
    }),
    artefactFile({
      name: `key-slice.${name}.png`,
      mediaType: 'image/png',
      file: keySlice,
      sequence,
      description: about('The slice that the decision leans on most, plain and under its heat'),
    }),
    artefactFile({
      name: `key-slice.${name}.dcm`,
      mediaType: 'application/dicom',
      file: capture,
      sequence,
      description: about('The same picture as a DICOM Secondary Capture'),
    }),
  ];
  if (evidence === undefined) return files;
  const map = artefactFile({
    name: `evidence.${name}.dcm`,
    mediaType: 'application/dicom',
    file: evidence,
    sequence,
    description: about('Evidence for the stage on the source images as a DICOM Parametric Map'),
  });
  return [...files, map];
}

function explainTask({
  sequence,
  header,
  volume,
  slices,
  heat,
  keySlice,
}: {
  readonly sequence: Sequence;
  readonly header: ReportHeader;
  readonly volume: PreparedVolume;
  readonly slices: EncodedSlices;
  readonly heat: Float32Array;
  readonly keySlice: number;
}): ExplainTask {
  const { tensor, grid } = volume.stack;
  const pixels = grid.height * grid.width;
  const area = slices.mapHeight * slices.mapWidth;
  // The middle of a slice's three channels is the slice itself.
  const ownChannel = (3 * keySlice + 1) * pixels;
  return {
    sequence,
    header,
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
