import { unsafeArchive } from './archive-errors.ts';

interface Magic {
  readonly offset: number;
  readonly bytes: Buffer;
}

const at = (offset: number, text: string): Magic => ({ offset, bytes: Buffer.from(text, 'latin1') });

/** How containers begin. */
const archives: readonly Magic[] = [
  at(0, 'PK\x03\x04'), // zip
  at(0, 'PK\x05\x06'), // zip without files
  at(0, 'PK\x07\x08'), // zip in several parts
  at(0, '\x1f\x8b'), // gzip
  at(0, 'BZh'), // bzip2
  at(0, '\xfd7zXZ\0'), // xz
  at(0, '\x28\xb5\x2f\xfd'), // Zstandard
  at(0, '7z\xbc\xaf\x27\x1c'), // 7z
  at(0, 'Rar!\x1a\x07'), // rar
  at(257, 'ustar'), // tar
];
/** A preamble may hold anything, what an archive begins with included (PS3.10 7.1). */
const dicom = at(128, 'DICM');

/** Bytes that tell an archive from other files. */
export const archiveMagicBytes = 262;

/** Throws UNSAFE_ARCHIVE where a file that begins with `head` is an archive: what is packed twice can grow without bounds. */
export function assertNoArchive(head: Buffer): void {
  const begins = ({ offset, bytes }: Magic) => bytes.equals(head.subarray(offset, offset + bytes.length));
  if (begins(dicom) || !archives.some(begins)) return;
  throw unsafeArchive(
    'the file within the zip is an archive itself',
    'unpack it first, and send only its images',
  );
}
