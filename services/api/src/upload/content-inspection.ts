import { createGunzip } from 'node:zlib';
import { gzipError, type NiftiInspector } from '@hepastage/imaging';
import { ErrorCode, HepastageError } from '@hepastage/proto';

/** Looks into a file while it streams by. `write` settles when it is ready for more; both throw what is wrong with the file. */
export interface ContentInspection {
  write(chunk: Buffer): Promise<void>;
  end(): Promise<void>;
  /** Lets go of everything; call it on every exit. */
  close(): void;
}

/** Decompressed bytes in memory at once: few, because many uploads run at the same time. */
const gunzipChunkBytes = 16 * 1024;

export function inspectPlain(inspector: NiftiInspector): ContentInspection {
  return {
    write: async (chunk) => inspector.write(chunk),
    end: async () => inspector.end(),
    close: () => undefined,
  };
}

/** Decompresses on zlib's threads, one chunk at a time. Throws CORRUPT_GZIP, TRUNCATED_FILE, DECOMPRESSED_TOO_LARGE, and what `inspector` throws. */
export function inspectGzip(inspector: NiftiInspector, decompressedBytesMax: number): ContentInspection {
  const gunzip = createGunzip({ chunkSize: gunzipChunkBytes });
  const inspected = inspectDecompressed(gunzip, inspector, decompressedBytesMax);
  // It is awaited with each write; when there is none, nobody may be asking yet.
  inspected.catch(() => undefined);
  return {
    async write(chunk) {
      // Bytes after the stream's end are never taken: then the end is the answer, not the write.
      const { promise: taken, resolve } = Promise.withResolvers<void>();
      gunzip.write(chunk, () => resolve());
      await Promise.race([taken, inspected]);
    },
    async end() {
      gunzip.end();
      await inspected;
    },
    close: () => gunzip.destroy(),
  };
}

async function inspectDecompressed(
  decompressed: AsyncIterable<Buffer>,
  inspector: NiftiInspector,
  bytesMax: number,
): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of decompressed) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      inspector.write(chunk);
    }
  } catch (error) {
    throw gzipError(error);
  }
  inspector.end();
}

function tooLarge(bytesMax: number): HepastageError {
  return new HepastageError(ErrorCode.DECOMPRESSED_TOO_LARGE, {
    what: 'the file decompresses to more than allowed',
    expected: `at most ${bytesMax} bytes`,
    action: 'crop or resample the image',
  });
}
