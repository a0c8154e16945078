import { readPreamble } from '@hepastage/dicom';
import { ErrorCode, HepastageError } from '@hepastage/proto';

/** What a file is, as its first bytes tell. What is neither of the first two is taken for NIfTI, whose inspection says what is wrong with it. */
export type ContentKind = 'zip' | 'dicom' | 'nifti';

/** Bytes that tell. */
export const tellingBytes = 256;

export function contentKind(head: Buffer): ContentKind {
  if (isZip(head)) return 'zip';
  return isDicom(head) ? 'dicom' : 'nifti';
}

/** The signature of a local file header, or of the end of an empty archive. */
function isZip(head: Buffer): boolean {
  return head.length >= 4 && zipSignatures.has(head.readUInt32BE());
}

const zipSignatures: ReadonlySet<number> = new Set([0x50_4b_03_04, 0x50_4b_05_06]);

function isDicom(head: Buffer): boolean {
  try {
    return readPreamble(head) !== undefined || head.toString('latin1', 128, 132) === 'DICM';
  } catch (error) {
    return error instanceof HepastageError && error.code !== ErrorCode.NOT_DICOM;
  }
}
