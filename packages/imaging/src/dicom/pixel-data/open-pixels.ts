import type { Part10 } from '@hepastage/dicom';
import { ErrorCode, HepastageError, type PixelFormat } from '@hepastage/proto';
import { openCodec } from './compressed-frames.ts';
import { corruptPixelData } from './corrupt-pixel-data.ts';
import { frameStreams } from './frame-streams.ts';
import { nativeFrames } from './native-frames.ts';
import { checkFormat, type StoredPixels } from './stored-pixels.ts';

/** Pixel data that is decoded frame by frame. */
export interface OpenPixels {
  /**
   * Stored values of a frame, row by row: sign-extended, without any other bits. They may share the memory of the file, which is never written to. Throws
   * CORRUPT_PIXEL_DATA, UNSUPPORTED_PIXELS.
   */
  frame(index: number): StoredPixels;
}

/**
 * Opens the pixel data of an object for reading, whatever its transfer syntax. `format` and `frames` are what its header says; nothing is allocated before
 * the pixel data agrees with them. The caller has checked that they are within its limits.
 *
 * Throws UNSUPPORTED_PIXELS, TRUNCATED_FILE, CORRUPT_PIXEL_DATA.
 */
export async function openPixels(part10: Part10, format: PixelFormat, frames: number): Promise<OpenPixels> {
  const { pixelData, syntax } = part10;
  if (pixelData === undefined) {
    throw new HepastageError(ErrorCode.UNSUPPORTED_PIXELS, {
      what: 'it has no pixels',
      where: 'Pixel Data',
      action: 'send the images of the series',
    });
  }
  checkFormat(format);
  if (!Number.isInteger(frames) || frames < 1) {
    throw corruptPixelData('it has no whole number of frames', { expected: 'at least 1', received: frames });
  }
  if ((pixelData.kind === 'native') !== (syntax.pixels === 'native')) {
    throw corruptPixelData('its pixel data is not written as its transfer syntax says', {
      expected: syntax.name,
      received: pixelData.kind === 'native' ? 'pixels that are not compressed' : 'fragments',
    });
  }
  if (pixelData.kind === 'native') {
    return { frame: nativeFrames(pixelData.bytes, format, { frames, byteOrder: syntax.byteOrder }) };
  }
  const codec = syntax.pixels as Exclude<typeof syntax.pixels, 'native'>;
  const streamOf = frameStreams(pixelData, frames, codec);
  const decode = await openCodec(codec);
  return { frame: (index) => decode(streamOf(index), format) };
}
