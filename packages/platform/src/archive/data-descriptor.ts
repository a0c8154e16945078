import { corruptArchive } from './archive-errors.ts';
import type { ByteSource } from './byte-source.ts';

/** What was found out about a file by reading it. */
export interface Measured {
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly bytes: number;
}

const signature = 0x08_07_4b_50;
/** The shortest and the longest form. What ends a zip file is longer. */
const bytesMax = 24;

/**
 * Reads the data descriptor behind a file's content (APPNOTE 4.3.9): with or without signature, sizes of 4 or of 8 bytes, and nothing says
 * which. What it has to say is known by now, so it is in the form in which it says that. Throws CORRUPT_ARCHIVE where it is in none.
 */
export async function checkDescriptor(source: ByteSource, measured: Measured): Promise<void> {
  const found = await source.exactly(bytesMax);
  // Longest first: a longer one of an empty file begins like a shorter one.
  for (const form of [descriptor(measured, 8), descriptor(measured, 4)]) {
    for (const expected of [form, form.subarray(4)]) {
      if (!expected.equals(found.subarray(0, expected.length))) continue;
      source.giveBack(found.subarray(expected.length));
      return;
    }
  }
  throw corruptArchive(
    'the content of a file within the zip does not have the checksum or the size that it should have',
  );
}

/** Whether an empty file's descriptor comes next: then the file has no content. */
export async function isEmptyByDescriptor(source: ByteSource): Promise<boolean> {
  const expected = descriptor({ crc32: 0, compressedBytes: 0, bytes: 0 }, 4);
  const found = await source.exactly(expected.length);
  source.giveBack(found);
  return expected.equals(found);
}

function descriptor({ crc32, compressedBytes, bytes }: Measured, sizeBytes: 4 | 8): Buffer {
  const form = Buffer.alloc(8 + 2 * sizeBytes);
  form.writeUInt32LE(signature);
  form.writeUInt32LE(crc32, 4);
  for (const [n, size] of [compressedBytes, bytes].entries()) {
    const at = 8 + n * sizeBytes;
    if (sizeBytes === 8) form.writeBigUInt64LE(BigInt(size), at);
    else form.writeUInt32LE(size % 2 ** 32, at);
  }
  return form;
}
