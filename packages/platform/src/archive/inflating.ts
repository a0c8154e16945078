import { createInflateRaw, type InflateRaw } from 'node:zlib';
import { corruptArchive, cutOffArchive } from './archive-errors.ts';
import type { ByteSource } from './byte-source.ts';

/** Most bytes given on at once, and handed to zlib's threads at once. */
export const chunkBytesMax = 64 * 1024;

/**
 * Decompresses one deflate stream on zlib's threads, and returns how many bytes of `source` it took. Of `compressedBytes` it takes all, or
 * without that as many as the stream says itself; the rest goes back. Nothing is taken or decompressed before somebody asks for it.
 * Throws CORRUPT_ARCHIVE.
 */
export async function* inflating(
  source: ByteSource,
  compressedBytes: number | undefined,
): AsyncGenerator<Buffer, number, void> {
  const inflate = createInflateRaw({ chunkSize: chunkBytesMax });
  using events = new InflateEvents(inflate);
  let taken = 0;
  let last: Buffer = Buffer.alloc(0);
  for (;;) {
    const seen = events.seen;
    const chunk = inflate.read(Math.min(inflate.readableLength, chunkBytesMax) || undefined) as Buffer | null;
    if (chunk !== null) {
      yield chunk;
    } else if (events.error !== undefined) {
      throw corruptArchive('the compressed bytes of a file within the zip are damaged', {
        cause: events.error,
      });
    } else if (inflate.readableEnded) {
      break;
    } else if (!events.wantsMore || inflate.bytesWritten < taken) {
      // Bytes that zlib was given and did not take lie behind the end, which is then on its way.
      await events.after(seen);
    } else if (taken === compressedBytes) {
      events.end();
    } else {
      const bytesMax = Math.min(chunkBytesMax, (compressedBytes ?? Infinity) - taken);
      const bytes = await source.some(bytesMax);
      if (bytes === undefined) throw cutOffArchive();
      taken += bytes.length;
      last = bytes;
      events.write(bytes);
    }
  }
  // Zlib takes no byte behind the end of its stream; that end lies in the last chunk, or just before it.
  const unused = taken - inflate.bytesWritten;
  if (compressedBytes !== undefined && (unused !== 0 || taken !== compressedBytes))
    throw corruptArchive('a file within the zip is not as long as its header says');
  source.giveBack(last.subarray(last.length - unused));
  return inflate.bytesWritten;
}

/** What an inflate stream has to say, as something to wait for. */
class InflateEvents implements Disposable {
  readonly #inflate: InflateRaw;
  #changed = Promise.withResolvers<void>();
  /** Counts what happened. */
  seen = 0;
  error: Error | undefined;
  wantsMore = true;

  constructor(inflate: InflateRaw) {
    this.#inflate = inflate;
    const tell = () => this.#tell();
    inflate.on('readable', tell).on('end', tell).on('close', tell);
    inflate.on('error', (error: Error) => {
      this.error = error;
      tell();
    });
  }

  write(bytes: Buffer): void {
    this.wantsMore = false;
    this.#inflate.write(bytes, () => {
      this.wantsMore = true;
      this.#tell();
    });
  }

  end(): void {
    this.wantsMore = false;
    this.#inflate.end();
  }

  /** Settles once more has happened than had when `seen` was read. */
  async after(seen: number): Promise<void> {
    if (seen === this.seen) await this.#changed.promise;
  }

  [Symbol.dispose](): void {
    this.#inflate.destroy();
  }

  #tell(): void {
    this.seen++;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
