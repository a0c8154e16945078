import { crc32, deflateRawSync } from 'node:zlib';

/** A file to put into a zip by hand: whatever is given replaces what would be right. */
export interface ZipPart {
  readonly name?: string | Buffer;
  readonly content?: Buffer;
  readonly method?: 0 | 8 | 9 | 99;
  readonly flags?: number;
  readonly extra?: Buffer;
  readonly crc?: number;
  readonly bytes?: number;
  readonly compressedBytes?: number;
  /** Already compressed content. */
  readonly compressed?: Buffer;
  /** Sizes come behind the content; with or without their signature, 4 or 8 bytes each. */
  readonly descriptor?: { readonly signature: boolean; readonly sizeBytes: 4 | 8; readonly crc?: number };
}

export function uint16(...values: number[]): Buffer {
  return Buffer.from(Uint16Array.from(values).buffer);
}

export function uint32(...values: number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}

export function uint64(...values: number[]): Buffer {
  return Buffer.from(BigUint64Array.from(values.map(BigInt)).buffer);
}

export function localFile(part: ZipPart): Buffer {
  const { content = Buffer.alloc(0), method = 8, extra = Buffer.alloc(0), descriptor } = part;
  const name = Buffer.from(part.name ?? 'file');
  const compressed = part.compressed ?? (method === 8 ? deflateRawSync(content) : content);
  const crc = part.crc ?? crc32(content);
  const sizes = [part.compressedBytes ?? compressed.length, part.bytes ?? content.length];
  const later = descriptor !== undefined;
  return Buffer.concat([
    uint32(0x04034b50),
    uint16(20, (part.flags ?? 0) | (later ? 8 : 0), method, 0, 0),
    uint32(...(later ? [0, part.compressedBytes ?? 0, part.bytes ?? 0] : [crc, sizes[0]!, sizes[1]!])),
    uint16(name.length, extra.length),
    name,
    extra,
    compressed,
    ...(later
      ? [
          descriptor.signature ? uint32(0x08074b50) : Buffer.alloc(0),
          uint32(descriptor.crc ?? crc),
          descriptor.sizeBytes === 4
            ? uint32(compressed.length, content.length)
            : uint64(compressed.length, content.length),
        ]
      : []),
  ]);
}

/** A central directory of so many files, which says nothing true about any of them, and the end of the zip file. */
export function zipEnd(files: number, { comment = '', disk = 0 } = {}): Buffer {
  const header = Buffer.concat([uint32(0x02014b50), Buffer.alloc(24), uint16(4, 3, 2), Buffer.alloc(12)]);
  const record = Buffer.concat([header, Buffer.from('nameextco')]);
  return Buffer.concat([
    ...Array.from({ length: files }, () => record),
    uint32(0x06054b50),
    uint16(disk, disk, files, files),
    uint32(0, 0),
    uint16(comment.length),
    Buffer.from(comment),
  ]);
}

export function zipFile(...parts: readonly ZipPart[]): Buffer {
  return Buffer.concat([...parts.map(localFile), zipEnd(parts.length)]);
}
