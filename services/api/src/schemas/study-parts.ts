import { Sequence, StudyInput_Role } from '@hepastage/proto';

/** What a file part of an upload holds. */
export interface FilePart {
  readonly sequence: Sequence;
  readonly role: StudyInput_Role;
  readonly description: string;
}

const image = StudyInput_Role.IMAGE;
const mask = StudyInput_Role.LIVER_MASK;
const dicom = StudyInput_Role.DICOM_STUDY;
const either = '.nii or .nii.gz, or one series of DICOM: a .zip, or a part for each object';

/** Every file part that an upload may have, by its name in the form. */
export const fileParts = {
  study: {
    sequence: Sequence.SEQUENCE_UNSPECIFIED,
    role: dicom,
    description:
      'a whole DICOM study, of which the T1W and T2W series are selected: a .zip, or a part for each object',
  },
  t1w: { sequence: Sequence.T1W, role: image, description: `T1-weighted volume: ${either}` },
  t2w: { sequence: Sequence.T2W, role: image, description: `T2-weighted volume: ${either}` },
  t1w_liver_mask: { sequence: Sequence.T1W, role: mask, description: 'liver mask on the grid of t1w' },
  t2w_liver_mask: { sequence: Sequence.T2W, role: mask, description: 'liver mask on the grid of t2w' },
} as const satisfies Record<string, FilePart>;

export type FilePartName = keyof typeof fileParts;
export const filePartNames = Object.keys(fileParts) as FilePartName[];

export const metadataPart = 'metadata';
export type PartName = FilePartName | typeof metadataPart;
export const partNames: readonly PartName[] = [...filePartNames, metadataPart];

/** A mask, and the image that it must lie on. */
export const maskPairs: readonly { readonly mask: FilePartName; readonly image: FilePartName }[] = [
  { mask: 't1w_liver_mask', image: 't1w' },
  { mask: 't2w_liver_mask', image: 't2w' },
];

export function isPartName(name: string | undefined): name is PartName {
  return partNames.some((known) => known === name);
}
