import { archiveEntries, type ArchiveLimits } from '../archive-entries.ts';

export const testLimits: ArchiveLimits = {
  entriesMax: 100,
  entryBytesMax: 1 << 20,
  decompressedBytesMax: 4 << 20,
};

/** Bytes in chunks of `chunkBytes`, and whether their end was asked for. */
export class TestSource implements AsyncIterable<Buffer> {
  readonly #bytes: Buffer;
  readonly #chunkBytes: number;
  taken = 0;
  closed = false;

  constructor(bytes: Buffer, chunkBytes = 1_000) {
    this.#bytes = bytes;
    this.#chunkBytes = chunkBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    try {
      for (; this.taken < this.#bytes.length;) {
        const chunk = this.#bytes.subarray(this.taken, this.taken + this.#chunkBytes);
        this.taken += chunk.length;
        yield chunk;
      }
    } finally {
      this.closed = true;
    }
  }
}

export interface ReadEntry {
  readonly position: number;
  readonly content: Buffer;
}

/** All files of a zip, whole. */
export async function readArchive(
  source: AsyncIterable<Buffer>,
  limits: Partial<ArchiveLimits> = {},
): Promise<ReadEntry[]> {
  const entries: ReadEntry[] = [];
  for await (const { position, content } of archiveEntries(source, { ...testLimits, ...limits })) {
    entries.push({ position, content: Buffer.concat(await Array.fromAsync(content)) });
  }
  return entries;
}
