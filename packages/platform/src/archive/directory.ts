import { corruptArchive, unreadableArchive } from './archive-errors.ts';
import type { ByteSource } from './byte-source.ts';

export const signatures = {
  localHeader: 0x04_03_4b_50,
  archiveExtraData: 0x08_06_4b_50,
  directoryHeader: 0x02_01_4b_50,
  digitalSignature: 0x05_05_4b_50,
  zip64End: 0x06_06_4b_50,
  zip64Locator: 0x07_06_4b_50,
  end: 0x06_05_4b_50,
  /** At the very beginning: the zip file is, or could have become, one of several parts. */
  parts: 0x08_07_4b_50,
  onePart: 0x30_30_4b_50,
} as const;

/** Padding that some transfers leave behind a zip file. */
const trailingBytesMax = 64 * 1024;
const zip64EndBytesMax = 64 * 1024;

/**
 * Reads past everything that comes behind the files: the central directory and what ends it (APPNOTE 4.3.12 to 4.3.16), beginning behind
 * `signature`. Whether it agrees with the headers at the files is not asked: each file is judged by itself, and by its content. But it
 * must be there to its end, or the zip file was cut off; and it names no more files than there were. Throws CORRUPT_ARCHIVE.
 */
export async function passDirectory(source: ByteSource, signature: number, entries: number): Promise<void> {
  let listed = 0;
  for (let next = signature; ; next = (await source.exactly(4)).readUInt32LE()) {
    switch (next) {
      case signatures.directoryHeader: {
        const fixed = await source.exactly(42);
        if (++listed > entries) throw corruptArchive('the zip file lists more files than it has');
        await source.skip(fixed.readUInt16LE(24) + fixed.readUInt16LE(26) + fixed.readUInt16LE(28));
        break;
      }
      case signatures.digitalSignature:
        await source.skip((await source.exactly(2)).readUInt16LE());
        break;
      case signatures.zip64End: {
        const bytes = (await source.exactly(8)).readBigUInt64LE();
        if (bytes > zip64EndBytesMax) throw corruptArchive('the end of the zip file is impossibly long');
        await source.skip(Number(bytes));
        break;
      }
      case signatures.zip64Locator:
        await source.skip(16);
        break;
      case signatures.end:
        await passEnd(source);
        return;
      default:
        throw corruptArchive('the list of files at the end of the zip file is damaged');
    }
  }
}

async function passEnd(source: ByteSource): Promise<void> {
  const fixed = await source.exactly(18);
  const disks = [fixed.readUInt16LE(0), fixed.readUInt16LE(2)];
  // With zip64 the number stands elsewhere.
  if (disks.some((disk) => disk !== 0 && disk !== 0xff_ff)) throw severalParts();
  await source.skip(fixed.readUInt16LE(16));
  for (let trailing = 0; trailing <= trailingBytesMax;) {
    const bytes = await source.some(trailingBytesMax);
    if (bytes === undefined) return;
    trailing += bytes.length;
  }
  throw corruptArchive('something follows the zip file');
}

export function severalParts() {
  return unreadableArchive('the zip file is one of several parts', 'a part');
}
