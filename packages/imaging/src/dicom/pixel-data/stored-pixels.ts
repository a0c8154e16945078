import { ErrorCode, HepastageError, type PixelFormat } from '@hepastage/proto';

/** Stored values of one frame, row by row. */
export type StoredPixels = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

export interface StoredType {
  readonly bytes: 1 | 2 | 4;
  /** A view of `length` values. */
  view(buffer: ArrayBufferLike, byteOffset: number, length: number): StoredPixels;
}

/** Most pixels of a frame: 8192 × 8192. The largest MR mosaics have a sixteenth of that. */
const framePixelsMax = 2 ** 26;

/** Array type of a format that `checkFormat` let through. */
export function storedTypeOf({ bitsAllocated, signed }: PixelFormat): StoredType {
  if (bitsAllocated === 8) return typeOf(1, signed ? Int8Array : Uint8Array);
  if (bitsAllocated === 16) return typeOf(2, signed ? Int16Array : Uint16Array);
  return typeOf(4, signed ? Int32Array : Uint32Array);
}

function typeOf(
  bytes: StoredType['bytes'],
  View: new (buffer: ArrayBufferLike, byteOffset: number, length: number) => StoredPixels,
): StoredType {
  return { bytes, view: (buffer, byteOffset, length) => new View(buffer, byteOffset, length) };
}

/** Throws UNSUPPORTED_PIXELS unless frames of this format are grey images of 8, 16 or 32 bits allocated. */
export function checkFormat(format: PixelFormat): void {
  const { rows, columns, samplesPerPixel, photometricInterpretation } = format;
  const { bitsAllocated, bitsStored, highBit } = format;
  if (samplesPerPixel !== 1 || !/^MONOCHROME[12]$/.test(photometricInterpretation)) {
    throw unsupported('its pixels are not shades of grey', {
      where: 'Photometric Interpretation',
      expected: 'MONOCHROME1 or MONOCHROME2 with one sample per pixel',
    });
  }
  if (![8, 16, 32].includes(bitsAllocated)) {
    throw unsupported('its pixels have an unusual number of bits', {
      where: 'Bits Allocated',
      expected: '8, 16 or 32',
      received: bitsAllocated,
    });
  }
  if (bitsStored < 1 || bitsStored > highBit + 1 || highBit >= bitsAllocated) {
    throw unsupported('its header contradicts itself about the bits of a pixel', {
      where: 'Bits Stored',
      expected: `at most High Bit + 1, and High Bit below ${bitsAllocated}`,
      received: `${bitsStored} with High Bit ${highBit}`,
    });
  }
  if (rows * columns < 1 || rows * columns > framePixelsMax) {
    throw unsupported('its frames have no pixels, or too many', {
      where: 'Rows × Columns',
      expected: `1 to ${framePixelsMax}`,
      received: rows * columns,
    });
  }
}

function unsupported(
  what: string,
  details: { readonly where: string; readonly expected: string; readonly received?: string | number },
): HepastageError {
  return new HepastageError(ErrorCode.UNSUPPORTED_PIXELS, {
    what,
    ...details,
    action: 'export the original MR images of the series',
  });
}
