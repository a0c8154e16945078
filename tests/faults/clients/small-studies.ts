import { gzipSync } from 'node:zlib';
import { buildNifti } from '../../../packages/imaging/src/testing/nifti-builder.ts';

/** A study that takes a worker a small part of a second, and that no other is mistaken for. */
export interface SmallStudy {
  readonly name: string;
  /** NIfTI, gzipped. */
  readonly t2w: Uint8Array<ArrayBuffer>;
}

const dims = [64, 64, 24] as const;
/** Voxel → RAS, mm: 5 mm in the plane and 8 mm across, just within the quality gate. */
const affine = [-5, 0, 0, 160, 0, -5, 0, 160, 0, 0, 8, -90, 0, 0, 0, 1];

/** Bodies of different width and texture: their probabilities differ in the second digit. */
export const smallStudies: readonly SmallStudy[] = [0, 1, 2, 3].map((n) => ({
  name: `body ${n}`,
  t2w: new Uint8Array(gzipSync(buildNifti({ datatype: 'int16', dims, affine, voxel: bodyOf(n) }))),
}));

function bodyOf(n: number): (i: number, j: number, k: number) => number {
  const radius = 22 + 2 * n;
  return (i, j, k) =>
    Math.hypot(i - 32, j - 32) > radius
      ? 0
      : Math.round(300 + 200 * Math.sin((i + 5 * n) / 4) * Math.cos(j / 3) + 10 * k);
}
