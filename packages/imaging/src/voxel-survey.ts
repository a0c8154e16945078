import { ErrorCode, HepastageError } from '@hepastage/proto';
import type { ImageFinding, ImageKind, VoxelArray } from './volume.ts';

/** Finds out, in as few voxels as it takes, whether an image has contrast or a mask marks anything. Feed it with `add`, end with `check`. */
export class VoxelSurvey {
  readonly #kind: ImageKind;
  readonly #slope: number;
  readonly #intercept: number;
  #first: number | undefined;
  #settled = false;

  constructor(kind: ImageKind, { slope, intercept }: { slope: number; intercept: number }) {
    this.#kind = kind;
    this.#slope = slope;
    this.#intercept = intercept;
  }

  /** True once no further voxel can change the verdict. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Takes stored values, in any number of pieces. */
  add(stored: VoxelArray): void {
    if (this.#settled) return;
    this.#settled = this.#kind === 'mask' ? this.#marks(stored) : this.#varies(stored);
  }

  /** Throws EMPTY_MASK for a mask, NO_FINITE_VOXELS or CONSTANT_IMAGE for an image. */
  check(): void {
    if (this.#settled) return;
    if (this.#kind === 'mask') throw emptyMask();
    if (this.#first === undefined) throw noFiniteVoxels();
    throw constantImage(this.#slope * this.#first + this.#intercept);
  }

  #marks(stored: VoxelArray): boolean {
    for (const value of stored) if (this.#slope * value + this.#intercept > 0) return true;
    return false;
  }

  #varies(stored: VoxelArray): boolean {
    for (const value of stored) {
      if (!Number.isFinite(value)) continue;
      if (this.#first === undefined) this.#first = value;
      else if (value !== this.#first) return true;
    }
    return false;
  }
}

/** NON_FINITE_VOXELS, if there are any. */
export function nonFiniteFinding(stored: VoxelArray): ImageFinding | undefined {
  if (!(stored instanceof Float32Array || stored instanceof Float64Array)) return undefined;
  let count = 0;
  for (let n = 0; n < stored.length; n++) if (!Number.isFinite(stored[n]!)) count++;
  if (count === 0) return undefined;
  return {
    code: 'NON_FINITE_VOXELS',
    severity: 'WARNING',
    message: 'Some voxels are NaN or infinite: they count as the darkest tissue.',
    value: count,
  };
}

export function noFiniteVoxels(): HepastageError {
  return new HepastageError(ErrorCode.NO_FINITE_VOXELS, {
    what: 'no voxel is a finite number',
    action: 'export the image again',
  });
}

export function constantImage(received: number): HepastageError {
  return new HepastageError(ErrorCode.CONSTANT_IMAGE, {
    what: 'the image has no contrast: its voxels are all equal',
    expected: 'at least two different values',
    received,
    action: 'export the image again',
  });
}

export function emptyMask(): HepastageError {
  return new HepastageError(ErrorCode.EMPTY_MASK, {
    what: 'the mask marks no voxel',
    expected: 'liver voxels above 0',
    action: 'draw the liver, or leave the mask out',
  });
}
