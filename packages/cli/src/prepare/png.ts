import type { ImageLimits } from '@hepastage/imaging';
import { ErrorCode, HepastageError } from '@hepastage/proto';
import { PNG } from 'pngjs';

/** A picture of 8-bit grey, row by row. */
export interface GreyPicture {
  readonly rows: number;
  readonly columns: number;
  readonly grey: Uint8Array;
}

/** Interpolation needs three pixels, and no slice of an abdomen has fewer. */
const pixelsPerSideMin = 3;
/** Where the header chunk says how large the picture is and whether it is interlaced (PNG, third edition, 11.2.1). */
const at = { signature: 0, width: 16, height: 20, interlace: 28, end: 33 } as const;
const signature = 0x89_50_4e_47;

/**
 * Decodes a PNG whose colours are greys (red = green = blue); deeper pixels are scaled to 8 bits, transparency is passed over. The size it claims is
 * checked before anything is inflated. Throws CORRUPT_PIXEL_DATA, UNSUPPORTED_PIXELS, TOO_MANY_VOXELS.
 */
export function readPng(file: Buffer, limits: ImageLimits, where: string): GreyPicture {
  const [columns, rows] = checkedSize(file, limits, where);
  const rgba = decode(file, where);
  const grey = new Uint8Array(rows * columns);
  for (let n = 0; n < grey.length; n++) {
    const [red, green, blue] = [rgba[4 * n]!, rgba[4 * n + 1]!, rgba[4 * n + 2]!];
    if (red !== green || red !== blue) throw unsupported(where, 'the picture is coloured', 'grey');
    grey[n] = red;
  }
  return { rows, columns, grey };
}

function checkedSize(file: Buffer, limits: ImageLimits, where: string): [columns: number, rows: number] {
  if (file.length < at.end || file.readUInt32BE(at.signature) !== signature) {
    throw corrupt(where, 'the file is no PNG');
  }
  const [columns, rows] = [file.readUInt32BE(at.width), file.readUInt32BE(at.height)];
  if (columns * rows > limits.voxelsMax) {
    throw new HepastageError(ErrorCode.TOO_MANY_VOXELS, {
      what: 'the picture has too many pixels',
      where,
      expected: `at most ${limits.voxelsMax}`,
      received: columns * rows,
    });
  }
  if (Math.min(columns, rows) < pixelsPerSideMin) {
    throw unsupported(where, 'the picture is too small', `at least ${pixelsPerSideMin}×${pixelsPerSideMin}`);
  }
  // The decoder inflates no more than the size claims, except of these.
  if (file[at.interlace] !== 0) throw unsupported(where, 'the picture is interlaced', 'no interlacing');
  return [columns, rows];
}

function decode(file: Buffer, where: string): Buffer {
  try {
    return PNG.sync.read(file).data;
  } catch (error) {
    throw corrupt(where, 'the picture can’t be decoded', error);
  }
}

function corrupt(where: string, what: string, cause?: unknown): HepastageError {
  return new HepastageError(ErrorCode.CORRUPT_PIXEL_DATA, { what, where, action: 'copy it again', cause });
}

function unsupported(where: string, what: string, expected: string): HepastageError {
  return new HepastageError(ErrorCode.UNSUPPORTED_PIXELS, { what, where, expected });
}
