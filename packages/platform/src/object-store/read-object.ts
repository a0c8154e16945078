import { addAbortSignal, PassThrough, type Readable } from 'node:stream';
import { ErrorCode, HepastageError } from '@hepastage/proto';

/** An object that is being read. */
export interface OpenObject {
  readonly bytes: number;
  readonly stream: Readable;
}

/**
 * `stream` with its errors put into words by `describe`. Whichever of the two ends first, or is aborted, takes the other with it, so no file and no
 * connection stays open behind a reader that lost interest.
 */
export function guarded(
  stream: Readable,
  describe: (error: unknown) => HepastageError,
  signal?: AbortSignal,
): Readable {
  const guard = new PassThrough({ highWaterMark: stream.readableHighWaterMark });
  stream.once('error', (error) => guard.destroy(describe(error)));
  guard.once('close', () => stream.destroy());
  if (signal !== undefined) addAbortSignal(signal, guard);
  return stream.pipe(guard);
}

/** All of an object's bytes. Throws INTERNAL, without reading, where they are more than `bytesMax`: nobody writes such an object but by mistake. */
export async function readWhole(
  key: string,
  { bytes, stream }: OpenObject,
  bytesMax: number,
): Promise<Buffer<ArrayBuffer>> {
  if (bytes > bytesMax) {
    stream.destroy();
    throw new HepastageError(ErrorCode.INTERNAL, {
      what: 'a stored object has more bytes than may be read at once',
      where: key,
      expected: `at most ${bytesMax}`,
      received: bytes,
      action: 'tell support the job id',
    });
  }
  return Buffer.concat((await stream.toArray()) as Uint8Array[], bytes);
}
