import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { buildNifti } from '../../packages/imaging/src/testing/nifti-builder.ts';

/** Voxel → RAS mm of a tiny abdomen, stored LPS as the dataset's volumes are. */
const affine = [-20, 0, 0, 70, 0, -20, 0, 70, 0, 0, 10, 0, 0, 0, 0, 1];

/** A volume of 8×8×4 voxels, and a mask of its middle. */
export const tinyVolume = gzipSync(
  buildNifti({ datatype: 'int16', dims: [8, 8, 4], affine, voxel: (i, j, k) => (i + j + 3 * k) * 10 }),
);
export const tinyMask = gzipSync(
  buildNifti({
    datatype: 'uint16',
    dims: [8, 8, 4],
    affine,
    voxel: (i, j, k) => Number(inMiddle(i, j) && k > 0),
  }),
);

/** Slices of 32×32 pixels, 8-bit grey or RGB of equal channels; `slice12.png` comes after `slice2.png`. */
export function tinySlices(folder: string, slices: number, channels: 1 | 3 = 1): Record<string, Uint8Array> {
  return pictures(folder, slices, channels, (k, j, i) => (k + 1) * 20 + i + j);
}

export function tinySliceMasks(folder: string, slices: number): Record<string, Uint8Array> {
  return pictures(folder, slices, 1, (k, j, i) => (k > 0 && inMiddle(i / 4, j / 4) ? 255 : 0));
}

/** Writes files by their paths below `folder`. */
export async function writeTree(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const paths = Object.keys(files).map((path) => join(folder, path));
  for (const parent of new Set(paths.map((path) => dirname(path)))) await mkdir(parent, { recursive: true });
  await Promise.all(Object.entries(files).map(([path, content]) => writeFile(join(folder, path), content)));
}

function inMiddle(i: number, j: number): boolean {
  return i >= 2 && i < 6 && j >= 2 && j < 6;
}

function pictures(
  folder: string,
  slices: number,
  channels: 1 | 3,
  grey: (k: number, j: number, i: number) => number,
): Record<string, Uint8Array> {
  const side = 32;
  return Object.fromEntries(
    Array.from({ length: slices }, (_, k) => {
      const data = Uint8Array.from({ length: side * side * channels }, (__, n) => {
        const pixel = Math.floor(n / channels);
        return grey(k, Math.floor(pixel / side), pixel % side);
      });
      return [`${folder}/slice${k + 1}.png`, encode({ width: side, height: side, data, channels, depth: 8 })];
    }),
  );
}
