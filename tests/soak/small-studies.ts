import { volume } from '../api/volumes.ts';

/** Voxels across the body. */
const across = 32;
const radius = 13;
/** Voxel → RAS, mm: voxels of 5 × 5 × 9 mm. */
const affine = [-5, 0, 0, 80, 0, -5, 0, 80, 0, 0, 9, -40, 0, 0, 0, 1];

function trunk(slices: number): Uint8Array<ArrayBuffer> {
  return volume({
    dims: [across, across, slices],
    affine,
    voxel: (i, j) => (Math.hypot(i - across / 2, j - across / 2) < radius ? 500 + ((7 * i + 3 * j) % 60) : 5),
  });
}

/** As few voxels as the quality gate lets pass: a study of it is staged in some ten milliseconds. */
export const soundVolume = trunk(8);
/** It passes the API, but shows too little of the body: its job fails with INSUFFICIENT_COVERAGE. */
export const unsoundVolume = trunk(4);
/** The API refuses it. */
export const brokenVolume = new TextEncoder().encode('no image');
