import {
  decodeJson,
  Sequence,
  type SeriesReport,
  SeriesReportSchema,
  type SkippedFiles,
  SkippedFilesSchema,
  type StudyInput,
  StudyInput_Role,
  type StudyRequest,
} from '@hepastage/proto';
import type { Stack } from '@hepastage/imaging';
import { type SourceStudy, sourceStudyOf } from '@hepastage/reports';
import { readFile } from './fetch-inputs.ts';
import type { BySequence, PipelineContext } from './pipeline-context.ts';

/** What one sequence is to be staged from. */
export interface SequenceInputs {
  readonly image: ImageInput;
  readonly liverMask: StudyInput | undefined;
}

export type ImageInput =
  | { readonly kind: 'nifti'; readonly file: StudyInput }
  | { readonly kind: 'dicom'; readonly stack: Stack };

export interface SelectedInputs {
  /** The DICOM study that the inputs are of; undefined where none is. */
  readonly study: SourceStudy | undefined;
  readonly inputs: BySequence<SequenceInputs>;
  /** Every series of the DICOM study and what was made of it; empty without one. */
  readonly series: readonly SeriesReport[];
  /** Files that came with it and were passed over. */
  readonly skipped: readonly SkippedFiles[];
}

/** Names what each sequence is staged from: the NIfTI file of that name, or the series selected among the study's DICOM objects. */
export async function selectInputs(
  request: StudyRequest,
  context: Pick<PipelineContext, 'imaging' | 'source' | 'signal'>,
): Promise<SelectedInputs> {
  const find = (role: StudyInput_Role, sequence: Sequence) =>
    request.inputs.find((input) => input.role === role && input.sequence === sequence);
  const index = find(StudyInput_Role.DICOM_STUDY, Sequence.SEQUENCE_UNSPECIFIED);
  const { chosen, series, skipped } = await selectSeries(request, index, context);
  const inputs = new Map<Sequence, SequenceInputs>();
  for (const sequence of [Sequence.T1W, Sequence.T2W]) {
    const image = imageOf(find(StudyInput_Role.IMAGE, sequence), chosen.get(sequence));
    const liverMask = find(StudyInput_Role.LIVER_MASK, sequence);
    if (image !== undefined) inputs.set(sequence, { image, liverMask });
  }
  return { study: sourceStudyOf(stacksOf(inputs)), inputs, series, skipped };
}

function stacksOf(inputs: BySequence<SequenceInputs>): BySequence<Stack> {
  const stacks = [...inputs].flatMap(([sequence, { image }]) =>
    image.kind === 'dicom' ? [[sequence, image.stack] as const] : [],
  );
  return new Map(stacks);
}

function imageOf(file: StudyInput | undefined, stack: Stack | undefined): ImageInput | undefined {
  if (file !== undefined) return { kind: 'nifti', file };
  return stack && { kind: 'dicom', stack };
}

async function selectSeries(
  { metadata }: StudyRequest,
  index: StudyInput | undefined,
  context: Pick<PipelineContext, 'imaging' | 'source' | 'signal'>,
) {
  if (index === undefined) return { chosen: new Map<Sequence, Stack>(), series: [], skipped: [] };
  const { chosen, reports, skipped } = await context.imaging.select(
    { index: await readFile(index, context), choice: metadata?.series },
    context.signal,
  );
  return {
    chosen,
    series: reports.map((report) => decodeJson(SeriesReportSchema, report)),
    skipped: skipped.map((files) => decodeJson(SkippedFilesSchema, files)),
  };
}
