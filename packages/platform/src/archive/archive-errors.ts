import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Entries are told by their number, never by their name: names of files name patients. */
export function corruptArchive(
  what: string,
  details: { received?: string; cause?: unknown } = {},
): HepastageError {
  return new HepastageError(ErrorCode.CORRUPT_ARCHIVE, {
    what,
    ...details,
    action: 'make the zip file again and send it whole',
  });
}

export function cutOffArchive(): HepastageError {
  return corruptArchive('the zip file breaks off before its end');
}

export function unreadableArchive(what: string, received: string): HepastageError {
  return new HepastageError(ErrorCode.CORRUPT_ARCHIVE, {
    what,
    expected: 'one zip file of stored or deflated files that can be read from front to back',
    received,
    action: 'make the zip file again with the usual settings',
  });
}

export function encryptedArchive(): HepastageError {
  return new HepastageError(ErrorCode.ENCRYPTED_ARCHIVE, {
    what: 'the file within the zip is encrypted',
    expected: 'no password',
    action: 'make the zip file again without a password',
  });
}

export function unsafeArchive(what: string, action: string): HepastageError {
  return new HepastageError(ErrorCode.UNSAFE_ARCHIVE, { what, action });
}

export function decompressedTooLarge(what: string, bytesMax: number): HepastageError {
  return new HepastageError(ErrorCode.DECOMPRESSED_TOO_LARGE, {
    what: `${what} decompresses to more than allowed`,
    expected: `at most ${bytesMax} bytes`,
    action: 'send one study at a time, and only its images',
  });
}
