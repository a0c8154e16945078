import { crc32 } from 'node:zlib';
import { corruptArchive, cutOffArchive, decompressedTooLarge, unreadableArchive } from './archive-errors.ts';
import type { ByteSource } from './byte-source.ts';
import { checkDescriptor, isEmptyByDescriptor, type Measured } from './data-descriptor.ts';
import { chunkBytesMax, inflating } from './inflating.ts';
import type { LocalHeader } from './local-header.ts';
import { archiveMagicBytes, assertNoArchive } from './nested-archive.ts';

/** How much files may decompress to, all files together; it is spent as they are read. */
export interface DecompressionBudget {
  readonly entryBytesMax: number;
  readonly decompressedBytesMax: number;
  /** Of all files so far. */
  bytes: number;
}

/** Refuses what the header itself says is too large, before a byte of it is read. Throws DECOMPRESSED_TOO_LARGE. */
export function announce({ bytes }: LocalHeader, budget: DecompressionBudget): void {
  assertWithin(bytes, budget.bytes + bytes, budget);
}

/**
 * The content of a file, decompressed and checked: its size while it comes, checksum and sizes at its end, before the end is told. Throws
 * CORRUPT_ARCHIVE, UNSAFE_ARCHIVE, DECOMPRESSED_TOO_LARGE.
 */
export async function* entryContent(
  source: ByteSource,
  header: LocalHeader,
  budget: DecompressionBudget,
): AsyncGenerator<Buffer, void, void> {
  const chunks = header.compression === 'stored' ? stored(source, header) : deflated(source, header);
  try {
    const measured = yield* measuring(chunks, budget);
    await checkMeasured(source, header, measured);
  } finally {
    await chunks.return(0);
  }
}

/** Passes chunks on, once it is clear that they don't begin an archive, and returns what they amount to. */
async function* measuring(
  chunks: AsyncGenerator<Buffer, number, void>,
  budget: DecompressionBudget,
): AsyncGenerator<Buffer, Measured, void> {
  const measured = { crc32: 0, bytes: 0 };
  let head: Buffer | undefined = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await chunks.next();
    if (done === true) {
      if (head !== undefined) {
        assertNoArchive(head);
        if (head.length > 0) yield head;
      }
      return { ...measured, compressedBytes: value };
    }
    measured.bytes += value.length;
    budget.bytes += value.length;
    assertWithin(measured.bytes, budget.bytes, budget);
    measured.crc32 = crc32(value, measured.crc32);
    if (head === undefined) {
      yield value;
      continue;
    }
    head = Buffer.concat([head, value]);
    if (head.length < archiveMagicBytes) continue;
    assertNoArchive(head);
    yield* inChunks(head);
    head = undefined;
  }
}

async function* stored(source: ByteSource, header: LocalHeader): AsyncGenerator<Buffer, number, void> {
  const { compressedBytes, bytes, hasDescriptor } = header;
  if (compressedBytes !== bytes) throw corruptArchive('a stored file within the zip has two sizes');
  if (hasDescriptor && compressedBytes === 0 && !(await isEmptyByDescriptor(source))) {
    throw unreadableArchive(
      'where a file within the zip ends can’t be told',
      'a stored file of unknown size',
    );
  }
  for (let left = compressedBytes; left > 0;) {
    const chunk = await source.some(Math.min(left, chunkBytesMax));
    if (chunk === undefined) throw cutOffArchive();
    left -= chunk.length;
    yield chunk;
  }
  return compressedBytes;
}

function deflated(source: ByteSource, header: LocalHeader): AsyncGenerator<Buffer, number, void> {
  return inflating(source, header.hasDescriptor ? undefined : header.compressedBytes);
}

async function checkMeasured(source: ByteSource, header: LocalHeader, measured: Measured): Promise<void> {
  if (header.hasDescriptor) return checkDescriptor(source, measured);
  if (measured.bytes !== header.bytes)
    throw corruptArchive('a file within the zip does not decompress to the size that its header says');
  if (measured.crc32 !== header.crc32)
    throw corruptArchive('the content of a file within the zip does not have its checksum');
}

function assertWithin(bytes: number, bytesOfAll: number, budget: DecompressionBudget): void {
  if (bytes > budget.entryBytesMax) throw decompressedTooLarge('a file within the zip', budget.entryBytesMax);
  if (bytesOfAll > budget.decompressedBytesMax)
    throw decompressedTooLarge('the zip file', budget.decompressedBytesMax);
}

function* inChunks(bytes: Buffer): Generator<Buffer, void, void> {
  for (let at = 0; at < bytes.length; at += chunkBytesMax) yield bytes.subarray(at, at + chunkBytesMax);
}
