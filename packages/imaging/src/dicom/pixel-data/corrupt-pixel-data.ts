import { ErrorCode, HepastageError } from '@hepastage/proto';

/** CORRUPT_PIXEL_DATA. `what` is wrong; `expected` and `received` are numbers or terms of a standard, never values of the file that could identify. */
export function corruptPixelData(
  what: string,
  details: {
    readonly expected?: string | number;
    readonly received?: string | number;
    readonly cause?: unknown;
  } = {},
): HepastageError {
  return new HepastageError(ErrorCode.CORRUPT_PIXEL_DATA, {
    what,
    where: 'Pixel Data',
    ...details,
    action: 'export the object again, uncompressed if it can be',
  });
}
