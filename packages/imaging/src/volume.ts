import type { Affine } from './geometry/affine.ts';

/** What a decoder accepts before it allocates anything. */
export interface ImageLimits {
  /** Most bytes of a file after decompression. */
  readonly decompressedBytesMax: number;
  /** Most voxels of an image. */
  readonly voxelsMax: number;
}

/** Masks are labels: voxels above 0 are liver. They may be constant, but not empty. */
export type ImageKind = 'image' | 'mask';

/** Voxels as stored. 64-bit integers come as Float64Array. */
export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

export type Triple = readonly [number, number, number];

/** A voxel grid in the patient. */
export interface Grid {
  /** Voxels along i, j, k. */
  readonly dims: Triple;
  /** Voxel indices → RAS, mm. */
  readonly affine: Affine;
}

export interface Geometry extends Grid {
  /** Voxel spacing along i, j, k, mm: the norms of the affine's columns. */
  readonly spacing: Triple;
  readonly affineSource: 'sform' | 'qform' | 'dicom' | 'none';
  /** Anatomical direction in which i, j, k run, e.g. `LPS`. */
  readonly orientation: string;
}

/** Something worth knowing about an image. With a SEVERE one it can't be staged; its code is the name of an ErrorCode. */
export interface ImageFinding {
  readonly code: string;
  readonly severity: 'INFO' | 'WARNING' | 'SEVERE';
  readonly message: string;
  /** The measured number, where there is one. */
  readonly value?: number;
}

/** How the voxels were stored. */
export interface ImageEncoding {
  readonly format: 'NIfTI-1' | 'NIfTI-2' | 'DICOM';
  readonly datatype: string;
  readonly byteOrder: 'little' | 'big';
  readonly gzip: boolean;
}

/** A decoded image. A plain object: it can be cloned or, by `data.buffer`, transferred between threads. */
export interface Volume extends Geometry {
  /** Voxels as stored, i fastest. The value of a voxel is `slope × stored + intercept`. */
  readonly data: VoxelArray;
  readonly slope: number;
  readonly intercept: number;
  readonly encoding: ImageEncoding;
  readonly findings: readonly ImageFinding[];
}
