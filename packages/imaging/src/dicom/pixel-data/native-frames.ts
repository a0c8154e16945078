import { ErrorCode, HepastageError, type PixelFormat } from '@hepastage/proto';
import { settleBits } from './settle-bits.ts';
import { type StoredPixels, storedTypeOf } from './stored-pixels.ts';

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Frames of uncompressed pixel data, one after the other. A frame is a view of `bytes` wherever alignment, byte order and bits allow. Bytes after the
 * last frame are padding. Throws TRUNCATED_FILE.
 */
export function nativeFrames(
  bytes: Uint8Array,
  format: PixelFormat,
  { frames, byteOrder }: { readonly frames: number; readonly byteOrder: 'little' | 'big' },
): (index: number) => StoredPixels {
  const type = storedTypeOf(format);
  const pixels = format.rows * format.columns;
  const frameBytes = pixels * type.bytes;
  if (bytes.length < frames * frameBytes) {
    throw new HepastageError(ErrorCode.TRUNCATED_FILE, {
      what: 'its pixel data ends before the last pixel',
      expected: `${frames * frameBytes} bytes`,
      received: bytes.length,
      action: 'transfer the file again, whole',
    });
  }
  const swap = type.bytes > 1 && (byteOrder === 'little') !== hostIsLittleEndian;
  return (index) => {
    const stored = bytes.subarray(index * frameBytes, (index + 1) * frameBytes);
    const copied = swap || stored.byteOffset % type.bytes !== 0;
    const own = copied ? new Uint8Array(stored) : stored;
    if (swap) swapInPlace(own, type.bytes);
    return settleBits(type.view(own.buffer, own.byteOffset, pixels), format, copied);
  };
}

function swapInPlace(bytes: Uint8Array, width: 1 | 2 | 4): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (width === 2) buffer.swap16();
  else buffer.swap32();
}
