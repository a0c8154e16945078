import type { ImageLimits } from '../volume.ts';

export const testLimits: ImageLimits = { decompressedBytesMax: 2 ** 24, voxelsMax: 2 ** 21 };
