import type { Volume } from './volume.ts';

/** A mask's voxels as bits, i fastest, lowest bit first: an eighth of a byte each, whatever the file stored. Marked are values above 0. */
export function maskBits({ data, slope, intercept }: Volume): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(Math.ceil(data.length / 8));
  for (let voxel = 0; voxel < data.length; voxel++) {
    if (slope * data[voxel]! + intercept > 0) bits[voxel >> 3]! |= 1 << (voxel & 7);
  }
  return bits;
}

/** Share of `values` (one a voxel, none negative) that lies on marked voxels, 0 to 1. Undefined where all are 0. */
export function shareMarked(values: Float32Array, bits: Uint8Array): number | undefined {
  let marked = 0;
  let all = 0;
  for (let voxel = 0; voxel < values.length; voxel++) {
    const value = values[voxel]!;
    all += value;
    if (((bits[voxel >> 3]! >> (voxel & 7)) & 1) === 1) marked += value;
  }
  return all > 0 ? marked / all : undefined;
}
