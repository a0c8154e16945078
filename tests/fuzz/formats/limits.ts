import type { ImageLimits } from '@hepastage/imaging';

const mebibyte = 2 ** 20;

/** Small limits, so that what goes beyond them shows. */
export const imageLimits: ImageLimits = { decompressedBytesMax: 4 * mebibyte, voxelsMax: mebibyte };
/**
 * Most that a case may take of memory, bytes: some copies of what `imageLimits` allow (float64 volumes, slices, a codec's own memory), and what Node takes
 * of the system at once.
 */
export const caseBytesMax = 64 * mebibyte;
/** Most that a process may take: Node with all of the service loaded, and what garbage it leaves for later. */
export const processBytesMax = 384 * mebibyte;
