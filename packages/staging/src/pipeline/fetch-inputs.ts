import { Sequence, type StudyInput, StudyInput_Role, type StudyRequest } from '@hepastage/proto';
import type { FileBytes } from '../imaging/imaging-protocol.ts';
import type { BySequence, PipelineContext } from './pipeline-context.ts';

/** One sequence's files, as uploaded. */
export interface SequenceFiles {
  readonly image: FileBytes;
  readonly liverMask: FileBytes | undefined;
}

/** Reads the study's files from the source, all at once. */
export async function fetchInputs(
  request: StudyRequest,
  { source, signal }: Pick<PipelineContext, 'source' | 'signal'>,
): Promise<BySequence<SequenceFiles>> {
  const read = async (input: StudyInput | undefined): Promise<FileBytes | undefined> =>
    input && { bytes: await source.read(input, signal), sha256: input.sha256 };
  const files = await Promise.all(
    [Sequence.T1W, Sequence.T2W].map(async (sequence) => {
      const of = (role: StudyInput_Role) =>
        read(request.inputs.find((input) => input.sequence === sequence && input.role === role));
      const [image, liverMask] = await Promise.all([
        of(StudyInput_Role.IMAGE),
        of(StudyInput_Role.LIVER_MASK),
      ]);
      return { sequence, image, liverMask };
    }),
  );
  return new Map(
    files.flatMap(({ sequence, image, liverMask }) =>
      image === undefined ? [] : [[sequence, { image, liverMask }]],
    ),
  );
}
