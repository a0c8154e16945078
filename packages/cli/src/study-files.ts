import { ErrorCode, HepastageError, Sequence, StudyInput_Role } from '@hepastage/proto';

/** The files of a study, as the command line names them. */
export interface StudyFiles {
  readonly t1w?: string;
  readonly t2w?: string;
  readonly t1wLiverMask?: string;
  readonly t2wLiverMask?: string;
  /** A .zip of a whole DICOM study; here, a folder or a single file too. */
  readonly study?: string;
}

/** Each file's option, its part in a POST, and what it is. */
export const studyParts = [
  {
    option: 'study',
    part: 'study',
    sequence: Sequence.SEQUENCE_UNSPECIFIED,
    role: StudyInput_Role.DICOM_STUDY,
  },
  { option: 't1w', part: 't1w', sequence: Sequence.T1W, role: StudyInput_Role.IMAGE },
  { option: 't2w', part: 't2w', sequence: Sequence.T2W, role: StudyInput_Role.IMAGE },
  {
    option: 't1wLiverMask',
    part: 't1w_liver_mask',
    sequence: Sequence.T1W,
    role: StudyInput_Role.LIVER_MASK,
  },
  {
    option: 't2wLiverMask',
    part: 't2w_liver_mask',
    sequence: Sequence.T2W,
    role: StudyInput_Role.LIVER_MASK,
  },
] as const;

/** Refuses files that make no study, as the API does. Throws NO_SEQUENCE, INVALID_REQUEST. */
export function assertStudy({ t1w, t2w, t1wLiverMask, t2wLiverMask, study }: StudyFiles): void {
  if (t1w === undefined && t2w === undefined && study === undefined) {
    throw new HepastageError(ErrorCode.NO_SEQUENCE, {
      what: 'there is no volume to stage',
      expected: '--t1w FILE, --t2w FILE, or both; or --study FILE',
    });
  }
  if (t1wLiverMask !== undefined && t1w === undefined) throw maskWithoutImage('t1w');
  if (t2wLiverMask !== undefined && t2w === undefined) throw maskWithoutImage('t2w');
}

function maskWithoutImage(image: 't1w' | 't2w'): HepastageError {
  return new HepastageError(ErrorCode.INVALID_REQUEST, {
    what: 'the mask comes without its image',
    where: `--${image}-liver-mask`,
    expected: `--${image} FILE`,
    action: 'send the image too, or leave the mask out',
  });
}
