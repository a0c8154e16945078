import { gzipSync } from 'node:zlib';
import { buildNifti, type NiftiSpec } from '../../packages/imaging/src/testing/nifti-builder.ts';

const dims = [16, 16, 16] as const;
/** Voxel → RAS, mm. */
const affine = [-1.5, 0, 0, 90, 0, -1.5, 0, 120, 0, 0, 3, -40, 0, 0, 0, 1];

/** A small sound image, with whatever is wanted to be wrong about it. Not compressed. */
export function volume(spec: NiftiSpec = {}): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buildNifti({ datatype: 'int16', dims, affine, voxel: varied, ...spec }));
}

/** A mask on the grid of `volume()` that marks its middle. */
export function mask(spec: NiftiSpec = {}): Uint8Array<ArrayBuffer> {
  return volume({
    datatype: 'uint8',
    voxel: (i, j, k) => Number(Math.hypot(i - 8, j - 8, k - 8) < 4),
    ...spec,
  });
}

/** `volume()`, but its header claims other dimensions, and `bytes` more voxel bytes follow. */
export function stretched(dim: readonly [number, number, number], bytes: number, spec: NiftiSpec = {}) {
  const head = volume({ ...spec, header: { dim: [3, ...dim, 1, 1, 1, 1], ...spec.header } });
  const file = new Uint8Array(head.length + bytes);
  file.set(head);
  return file;
}

/** The affine of `volume()`, moved to the left by some mm. */
export function moved(millimetres: number): readonly number[] {
  return affine.with(3, affine[3]! - millimetres);
}

export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(bytes));
}

function varied(i: number, j: number, k: number): number {
  return (37 * i + 11 * j + 5 * k) % 1_000;
}
