import type { PixelFormat } from '@hepastage/proto';
import { seededRandom } from '../../../testing/random.ts';
import { type StoredPixels, storedTypeOf } from '../stored-pixels.ts';

/** A soft blob with noise and both ends of the range, like no slice but compressible like one. */
export function madeImage(format: PixelFormat, seed = 1): StoredPixels {
  const { rows, columns, bitsStored, signed } = format;
  const type = storedTypeOf(format);
  const pixels = type.view(new ArrayBuffer(rows * columns * type.bytes), 0, rows * columns);
  const range = 2 ** bitsStored;
  const lowest = signed ? -range / 2 : 0;
  const random = seededRandom(seed);
  for (let n = 0; n < pixels.length; n++) {
    const [x, y] = [(n % columns) / columns - 0.5, Math.floor(n / columns) / rows - 0.5];
    const level = Math.exp(-6 * (x * x + y * y)) * 0.9 + random() * 0.02;
    pixels[n] = lowest + Math.floor(level * range);
  }
  pixels[1] = lowest;
  pixels[2] = lowest + range - 1;
  return pixels;
}

/** Bytes of the values, little endian. */
export function bytesOf(pixels: StoredPixels): Uint8Array {
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}
