import type {
  ErrorDetails,
  Preprocessing,
  Sequence,
  SeriesChoice,
  SeriesReportJson,
  SkippedFilesJson,
} from '@hepastage/proto';
import type { Geometry, ImageFinding, ImageLimits, SliceGrid, SliceStack, Stack } from '@hepastage/imaging';

/** A file as it lies in the object store, with the digest it had when it was uploaded. */
export interface FileBytes {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

export interface SelectTask {
  /** The study's index, a DicomStudy. */
  readonly index: FileBytes;
  readonly choice: SeriesChoice | undefined;
}

export interface Selection {
  readonly chosen: ReadonlyMap<Sequence, Stack>;
  /** A report for every series. As canonical JSON: messages lose their prototype between threads. */
  readonly reports: readonly SeriesReportJson[];
  readonly skipped: readonly SkippedFilesJson[];
}

/** Where an image's voxels come from. */
export type ImageSource =
  | { readonly kind: 'nifti'; readonly file: FileBytes }
  /** The files of the stack's slices by their object key. */
  | { readonly kind: 'dicom'; readonly stack: Stack; readonly files: Readonly<Record<string, FileBytes>> };

export interface PrepareTask {
  /** For error messages, e.g. `t1w`. */
  readonly name: string;
  readonly sequence: Sequence;
  readonly image: ImageSource;
  readonly liverMask: FileBytes | undefined;
  readonly preprocessing: Preprocessing;
  readonly limits: ImageLimits;
}

/** One sequence, ready for its encoder. The voxels are gone: what explaining needs is the geometry and which of them are liver. */
export interface PreparedVolume {
  readonly stack: SliceStack;
  readonly geometry: Geometry;
  /** The liver mask, as `maskBits` packs it. */
  readonly liverBits: Uint8Array | undefined;
  readonly findings: readonly ImageFinding[];
  readonly preprocessSeconds: number;
}

export interface ExplainTask {
  /** Heat of the staged slices [S,h,w], 0 to 1. */
  readonly heat: Float32Array;
  readonly sliceGrid: SliceGrid;
  readonly geometry: Geometry;
  readonly liverBits: Uint8Array | undefined;
  /** The key slice's own pixels [H,W] and its heat [h,w]. */
  readonly keySlice: Float32Array;
  readonly keyHeat: Float32Array;
  readonly mapHeight: number;
  readonly mapWidth: number;
}

export interface Explanation {
  /** Heatmap on the input's own grid, .nii.gz. */
  readonly heatmap: Uint8Array;
  /** The key slice, plain and under its heat, PNG. */
  readonly keySlice: Uint8Array;
  /** Share of the heat inside the liver mask, 0 to 1. */
  readonly heatInLiver: number | undefined;
}

/** An error's class is lost between threads: its code and words travel instead. */
export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: number; readonly details: ErrorDetails };
