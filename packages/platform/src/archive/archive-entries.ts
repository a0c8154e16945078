import { ErrorCode, HepastageError } from '@hepastage/proto';
import { corruptArchive, encryptedArchive } from './archive-errors.ts';
import { ByteSource } from './byte-source.ts';
import { passDirectory, severalParts, signatures } from './directory.ts';
import { announce, type DecompressionBudget, entryContent } from './entry-content.ts';
import { assertSafeName, isFile } from './entry-name.ts';
import { type LocalHeader, readLocalHeader } from './local-header.ts';

/** A file within a zip. It has no name: names of files name patients. */
export interface ArchiveEntry {
  /** Its number among all entries, folders included, from 1. */
  readonly position: number;
  /** Decompressed, in chunks of at most 64 KiB. Its checksum and size are right once it has ended. */
  readonly content: AsyncIterable<Buffer>;
}

export interface ArchiveLimits {
  /** Files and folders. */
  readonly entriesMax: number;
  /** Decompressed bytes of one file. */
  readonly entryBytesMax: number;
  /** Decompressed bytes of all files together. */
  readonly decompressedBytesMax: number;
}

/**
 * The files of a zip while it streams in, one after the other, from their local headers. Nothing is kept, in memory or elsewhere, beyond a
 * few chunks; nothing is taken from `source` before somebody asks for it. Content that is left unread, or half-read, is passed over (and
 * counted and checked) when the next file is asked for; folders and what systems leave in zips are passed over always. Whoever stops
 * early ends `source`.
 *
 * Throws CORRUPT_ARCHIVE, ENCRYPTED_ARCHIVE, UNSAFE_ARCHIVE, TOO_MANY_FILES, DECOMPRESSED_TOO_LARGE, at entry N, and what `source` throws.
 */
export async function* archiveEntries(
  source: AsyncIterable<Buffer>,
  limits: ArchiveLimits,
): AsyncGenerator<ArchiveEntry, void, void> {
  const bytes = new ByteSource(source);
  const budget = { ...limits, bytes: 0 };
  let reading: EntryReading | undefined;
  try {
    let position = 0;
    for (;;) {
      const signature = (await bytes.exactly(4)).readUInt32LE();
      if (signature !== signatures.localHeader) {
        assertDirectory(signature, position);
        await passDirectory(bytes, signature, position);
        return;
      }
      position++;
      if (position > limits.entriesMax) throw tooManyFiles(limits.entriesMax);
      const header = await openEntry(bytes, budget, position);
      reading = new EntryReading(entryContent(bytes, header, budget), position);
      if (header.names.every(isFile)) yield { position, content: reading.content };
      await reading.finish();
    }
  } finally {
    reading?.abandon();
    await bytes.close();
  }
}

async function openEntry(
  bytes: ByteSource,
  budget: DecompressionBudget,
  position: number,
): Promise<LocalHeader> {
  try {
    const header = await readLocalHeader(bytes);
    for (const name of header.names) assertSafeName(name);
    announce(header, budget);
    return header;
  } catch (error) {
    throw atEntry(error, position);
  }
}

/** The content of one entry, which has a reader and yet must come to its end without one. */
class EntryReading {
  readonly content: AsyncIterable<Buffer>;
  readonly #chunks: AsyncGenerator<Buffer, void, void>;
  readonly #position: number;
  #failure: unknown;

  constructor(chunks: AsyncGenerator<Buffer, void, void>, position: number) {
    this.#chunks = chunks;
    this.#position = position;
    // Without `return`: a reader that stops does not end the content.
    this.content = { [Symbol.asyncIterator]: () => ({ next: async () => this.#next() }) };
  }

  /** Reads what is left. Throws what reading has thrown, even if its reader went on. */
  async finish(): Promise<void> {
    while (this.#failure === undefined) {
      const { done } = await this.#next();
      if (done === true) return;
    }
    throw this.#failure;
  }

  /** Lets go of what reading holds. It is not waited for: a reader may be waiting for bytes that never come. */
  abandon(): void {
    this.#chunks.return().catch(() => undefined);
  }

  async #next(): Promise<IteratorResult<Buffer, void>> {
    try {
      return await this.#chunks.next();
    } catch (error) {
      this.#failure = atEntry(error, this.#position);
      throw this.#failure;
    }
  }
}

function atEntry(error: unknown, position: number): unknown {
  return error instanceof HepastageError && archiveCodes.has(error.code)
    ? error.at(`entry ${position}`)
    : error;
}

const archiveCodes: ReadonlySet<ErrorCode> = new Set([
  ErrorCode.CORRUPT_ARCHIVE,
  ErrorCode.ENCRYPTED_ARCHIVE,
  ErrorCode.UNSAFE_ARCHIVE,
  ErrorCode.DECOMPRESSED_TOO_LARGE,
]);

/** Throws for what is neither a file nor what may follow files. */
function assertDirectory(signature: number, entries: number): void {
  if (signature === signatures.archiveExtraData) throw encryptedArchive();
  if (entries === 0 && (signature === signatures.parts || signature === signatures.onePart))
    throw severalParts();
  const known = [signatures.directoryHeader, signatures.zip64End, signatures.end] as readonly number[];
  if (known.includes(signature)) return;
  if (entries === 0) throw corruptArchive('this is no zip file');
  throw corruptArchive('the zip file is damaged').at(`after entry ${entries}`);
}

function tooManyFiles(entriesMax: number): HepastageError {
  return new HepastageError(ErrorCode.TOO_MANY_FILES, {
    what: 'the zip file has too many files',
    expected: `at most ${entriesMax}`,
    action: 'send one study at a time, and only its images',
  });
}
