import { type Affine, transform } from '../geometry/affine.ts';
import { decodeNifti } from '../nifti/decode.ts';
import type { ImageKind, Triple, Volume } from '../volume.ts';
import { testLimits } from './limits.ts';
import { buildNifti, type NiftiSpec } from './nifti-builder.ts';

/** Intensity at a point of the world (RAS, mm). */
export type Scene = (x: number, y: number, z: number) => number;

/** A smooth body with a bright ball in its right half: different along every axis, so that no flip goes unnoticed. */
export const ballInBody: Scene = (x, y, z) => {
  const body = 100 / (1 + Math.exp((Math.hypot(x / 1.3, y, z / 1.1) - 45) / 4));
  const ball = 150 / (1 + Math.exp((Math.hypot(x - 18, y - 8, z + 10) - 12) / 3));
  return body + ball + 0.2 * z;
};

/** 1 within the ball of `ballInBody`. */
export const ballMask: Scene = (x, y, z) => Number(Math.hypot(x - 18, y - 8, z + 10) <= 12);

/** A volume of a scene. */
export function acquire(scene: Scene, dims: Triple, affine: Affine, kind: ImageKind = 'image'): Volume {
  return decodeNifti(buildNifti(acquiredBy(scene, dims, { affine })), testLimits, kind);
}

/** The file that a scanner makes of a scene: stored by `spec`, sampled where `spec.affine` says. */
export function acquiredBy(scene: Scene, dims: Triple, spec: NiftiSpec & { affine: Affine }): NiftiSpec {
  return { ...spec, dims, voxel: (i, j, k) => scene(...transform(spec.affine, [i, j, k])) };
}

/** The affine of a grid whose centre is the world's origin; columns are the steps of i, j, k, mm. */
export function centredAffine(dims: Triple, columns: readonly [Triple, Triple, Triple]): Affine {
  const rows = [0, 1, 2].map((row) => {
    const steps = columns.map((column) => column[row]!);
    const offset = -steps.reduce((sum, step, axis) => sum + (step * (dims[axis]! - 1)) / 2, 0);
    return [...steps, offset];
  });
  return [...rows.flat(), 0, 0, 0, 1];
}
