import { ErrorCode, HepastageError } from '@hepastage/proto';

/** CORRUPT_DICOM. `what` is wrong: it never quotes a value. */
export function corruptDicom(what: string, cause?: unknown): HepastageError {
  return new HepastageError(ErrorCode.CORRUPT_DICOM, {
    what,
    action: 'export the object again',
    cause,
  });
}
