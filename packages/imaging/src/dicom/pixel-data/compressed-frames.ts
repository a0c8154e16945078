import type { PixelCodec } from '@hepastage/dicom';
import type { PixelFormat } from '@hepastage/proto';
import { corruptPixelData } from './corrupt-pixel-data.ts';
import { openJ2k } from './j2k.ts';
import { openJpeg, openJpegLossless } from './jpeg.ts';
import { openJpegLs } from './jpeg-ls.ts';
import { decodeRle } from './rle.ts';
import { settleBits } from './settle-bits.ts';
import { type StoredPixels, storedTypeOf } from './stored-pixels.ts';

/** Samples of a frame as a codec gives them. */
export interface Samples {
  /** One or two bytes each, in the host's order: two where `precision` is above 8. */
  readonly bytes: Uint8Array;
  /** Bits per sample. */
  readonly precision: number;
}

/** Decompresses the stream of a frame. Throws CORRUPT_PIXEL_DATA, UNSUPPORTED_PIXELS. */
export type DecodeFrame = (stream: Uint8Array, format: PixelFormat) => Samples;

/** How frames of the codec become stored values. Loads what that needs. */
export async function openCodec(
  codec: Exclude<PixelCodec, 'native'>,
): Promise<(stream: Uint8Array, format: PixelFormat) => StoredPixels> {
  if (codec === 'rle') return decodeRle;
  const decode = await openers[codec]();
  return (stream, format) => storedPixelsOf(decode(stream, format), format);
}

const openers: Readonly<Record<Exclude<PixelCodec, 'native' | 'rle'>, () => Promise<DecodeFrame>>> = {
  'jpeg-baseline': openJpeg,
  'jpeg-extended': openJpeg,
  'jpeg-lossless': openJpegLossless,
  'jpeg-ls': openJpegLs,
  'jpeg-2000': () => openJ2k('jpeg-2000'),
  htj2k: () => openJ2k('htj2k'),
};

/** The DICOM header, not the codec, says whether values are signed: the bits are the same. */
function storedPixelsOf({ bytes, precision }: Samples, format: PixelFormat): StoredPixels {
  const pixels = format.rows * format.columns;
  const sampleBytes = precision > 8 ? 2 : 1;
  if (bytes.length !== pixels * sampleBytes) {
    throw corruptPixelData('its compressed image has not as many pixels as the header says', {
      expected: pixels,
      received: bytes.length / sampleBytes,
    });
  }
  const type = storedTypeOf(format);
  const own = type.bytes === sampleBytes ? bytes : widened(bytes, sampleBytes, type.bytes);
  return settleBits(type.view(own.buffer, own.byteOffset, pixels), bitFieldOf(precision, format), true);
}

function widened(bytes: Uint8Array, from: 1 | 2, to: 1 | 2 | 4): Uint8Array {
  const samples = from === 1 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const cells = to === 2 ? Uint16Array.from(samples) : Uint32Array.from(samples);
  return new Uint8Array(cells.buffer);
}

/**
 * Codecs are given the stored bits alone, in the lowest places; only one that was given whole cells keeps High Bit. One with fewer bits than are stored has
 * its sign bit below that of the header.
 */
function bitFieldOf(
  precision: number,
  { bitsStored, highBit, signed }: PixelFormat,
): Parameters<typeof settleBits>[1] {
  if (precision > highBit) return { bitsStored, highBit, signed };
  const bits = Math.min(precision, bitsStored);
  return { bitsStored: bits, highBit: bits - 1, signed };
}
