import { corruptArchive, encryptedArchive, unreadableArchive } from './archive-errors.ts';
import type { ByteSource } from './byte-source.ts';
import { extraFieldsOf } from './extra-fields.ts';

export type Compression = 'stored' | 'deflated';

/** What stands before the content of a file within a zip (APPNOTE 4.3.7). */
export interface LocalHeader {
  /** All names that it gives to the file, one character a byte: only ASCII separators matter to whoever looks at them. */
  readonly names: readonly string[];
  readonly compression: Compression;
  /** CRC-32 and sizes stand behind the content, and the ones here may be zero. */
  readonly hasDescriptor: boolean;
  readonly crc32: number;
  /** Bytes in the zip file. */
  readonly compressedBytes: number;
  /** Bytes of the file itself. */
  readonly bytes: number;
}

const fixedBytes = 26;
const stored = 0;
const deflated = 8;
const aesEncrypted = 99;

const flags = {
  encrypted: 0x00_01,
  hasDescriptor: 0x00_08,
  patched: 0x00_20,
  stronglyEncrypted: 0x00_40,
  maskedHeader: 0x20_00,
} as const;
const anyEncryption = flags.encrypted | flags.stronglyEncrypted | flags.maskedHeader;

const extraFields = {
  zip64: 0x00_01,
  strongEncryption: 0x00_17,
  unicodePath: 0x70_75,
  aes: 0x99_01,
} as const;
/** Version and CRC-32 of the other name stand before a Unicode path. */
const unicodePathOffset = 5;
/** Stands in a size's place where the size itself is in the zip64 field. */
const inZip64 = 0xff_ff_ff_ff;

/** Reads on behind the signature. Throws CORRUPT_ARCHIVE, ENCRYPTED_ARCHIVE. */
export async function readLocalHeader(source: ByteSource): Promise<LocalHeader> {
  const fixed = await source.exactly(fixedBytes);
  const bits = fixed.readUInt16LE(2);
  const method = fixed.readUInt16LE(4);
  const name = await source.exactly(fixed.readUInt16LE(22));
  const extra = extraFieldsOf(await source.exactly(fixed.readUInt16LE(24)));

  const isEncrypted = (bits & anyEncryption) !== 0 || method === aesEncrypted;
  if (isEncrypted || extra.has(extraFields.aes) || extra.has(extraFields.strongEncryption))
    throw encryptedArchive();
  if ((bits & flags.patched) !== 0) throw unreadableArchive('the file within the zip is a patch', 'a patch');
  if (method !== stored && method !== deflated) {
    throw unreadableArchive('the file within the zip is compressed in another way', `method ${method}`);
  }
  const unicodePath = extra.get(extraFields.unicodePath)?.subarray(unicodePathOffset);
  return {
    names: [name, ...(unicodePath === undefined ? [] : [unicodePath])].map((it) => it.toString('latin1')),
    compression: method === stored ? 'stored' : 'deflated',
    hasDescriptor: (bits & flags.hasDescriptor) !== 0,
    crc32: fixed.readUInt32LE(10),
    ...sizesOf(fixed, extra.get(extraFields.zip64)),
  };
}

/** A zip64 field holds, in this order, whichever of the two sizes does not fit its place (APPNOTE 4.5.3). */
function sizesOf(fixed: Buffer, zip64: Buffer | undefined): Pick<LocalHeader, 'bytes' | 'compressedBytes'> {
  let at = 0;
  const sizeOf = (short: number) => {
    if (short !== inZip64) return short;
    if (zip64 === undefined || zip64.length < at + 8)
      throw corruptArchive('the size of a file within the zip is missing');
    const size = Number(zip64.readBigUInt64LE(at));
    at += 8;
    if (!Number.isSafeInteger(size)) throw corruptArchive('the size of a file within the zip is impossible');
    return size;
  };
  const bytes = sizeOf(fixed.readUInt32LE(18));
  return { bytes, compressedBytes: sizeOf(fixed.readUInt32LE(14)) };
}
