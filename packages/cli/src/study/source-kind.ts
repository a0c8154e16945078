import { open, stat } from 'node:fs/promises';
import { readPreamble } from '@hepastage/dicom';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { unreadable } from '../input-file.ts';

/**
 * What a path of the command line leads to, as its first bytes tell. A file that is neither a zip nor DICOM is taken for what its name says, else for
 * NIfTI: the decoder says what is wrong with it.
 */
export type SourceKind = 'folder' | 'zip' | 'dicom' | 'nifti';

/** Bytes that tell a preamble with its meta header, in all but odd files. */
const tellingBytes = 1024;
const dicomName = /\.(dcm|ima)$/i;
/** A local file header, or the end of an empty archive. */
const zipSignatures = new Set([0x50_4b_03_04, 0x50_4b_05_06]);

/** Throws INVALID_REQUEST where there is nothing to read. */
export async function sourceKind(path: string): Promise<SourceKind> {
  try {
    // Before it is opened: a pipe that nobody writes to can't be.
    const facts = await stat(path);
    if (facts.isDirectory()) return 'folder';
    if (!facts.isFile()) return 'nifti';
    const head = await readHead(path);
    if (head.length >= 4 && zipSignatures.has(head.readUInt32BE())) return 'zip';
    return mayBeDicom(head) || dicomName.test(path) ? 'dicom' : 'nifti';
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The file's first bytes. */
export async function readHead(path: string): Promise<Buffer> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(tellingBytes), 0, tellingBytes, 0);
  return buffer.subarray(0, bytesRead);
}

function mayBeDicom(head: Buffer): boolean {
  try {
    return readPreamble(head) !== undefined || head.toString('latin1', 128, 132) === 'DICM';
  } catch (error) {
    return error instanceof HepastageError && error.code !== ErrorCode.NOT_DICOM;
  }
}
