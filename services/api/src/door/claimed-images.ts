import { corruptDicom } from '@hepastage/dicom';

/** Of any object's entry in the index, bytes: what is said of itself by one with a dozen images, however small they are. */
const freeBytes = 16 * 1024;
/** Most bytes of index for each byte of pixel data: an image has a kilobyte of index as a rule, and no codestream with its item's head is as short as 32 bytes. */
const indexBytesPerByte = 32;

/**
 * An object claims no more images than its pixel data can hold; otherwise a few bytes sent would be a large index to be made, kept and read. `indexBytes`: its entry
 * in the index, `pixelBytes`: as stored, fragments' heads included. Throws CORRUPT_DICOM.
 */
export function assertHolds(pixelBytes: number, indexBytes: number): void {
  if (indexBytes <= freeBytes + indexBytesPerByte * pixelBytes) return;
  throw corruptDicom('its pixel data is too short for as many images as it claims to have');
}

/** Passes pixel data on, and asserts at its end that it holds the images. */
export async function* holding(
  pixels: AsyncIterable<Buffer>,
  indexBytes: number,
): AsyncGenerator<Buffer, void, void> {
  let bytes = 0;
  for await (const chunk of pixels) {
    bytes += chunk.length;
    yield chunk;
  }
  assertHolds(bytes, indexBytes);
}
