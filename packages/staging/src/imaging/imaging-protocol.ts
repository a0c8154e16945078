import type {
  ErrorCode,
  ErrorDetails,
  Preprocessing,
  Sequence,
  SeriesChoice,
  SeriesReportJson,
  SkippedFilesJson,
  StagingResultJson,
  StudyRequestJson,
} from '@hepastage/proto';
import type { ReportHeader, SourceStudy } from '@hepastage/reports';
import type {
  Geometry,
  ImageFinding,
  ImageLimits,
  RadiomicsFeatures,
  SliceGrid,
  SliceStack,
  Stack,
} from '@hepastage/imaging';

/** A file as it lies in the object store, or will, with the digest it had when it was uploaded or made. */
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
  /** Whether features are computed, too, where there is a mask. */
  readonly radiomics: boolean;
  readonly limits: ImageLimits;
}

/** One sequence, ready for its encoder. The voxels are gone: what explaining needs is the geometry and which of them are liver. */
export interface PreparedVolume {
  readonly stack: SliceStack;
  readonly geometry: Geometry;
  /** The liver mask, as `maskBits` packs it. */
  readonly liverBits: Uint8Array | undefined;
  readonly findings: readonly ImageFinding[];
  /** Features of the liver, or why there are none; undefined without a mask, or where nobody asked for any. */
  readonly radiomics: Settled<RadiomicsFeatures> | undefined;
  readonly preprocessSeconds: number;
  /** Undefined where `radiomics` is. */
  readonly radiomicsSeconds: number | undefined;
}

export interface ExplainTask {
  readonly sequence: Sequence;
  /** For the DICOM objects among the artefacts. */
  readonly header: ReportHeader;
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
  readonly heatmap: FileBytes;
  /** The key slice, plain and under its heat, PNG. */
  readonly keySlice: FileBytes;
  /** The heatmap as a DICOM Parametric Map; undefined where DICOM has no place for it, or nobody a use. */
  readonly evidence: FileBytes | undefined;
  /** The picture of the key slice as a DICOM Secondary Capture. */
  readonly capture: FileBytes;
  /** Share of the heat inside the liver mask, 0 to 1. */
  readonly heatInLiver: number | undefined;
  /** What that would be by chance: share of the liver in the voxels that heat can reach, 0 to 1. */
  readonly liverInSlices: number | undefined;
}

/** A result, and what of the study its reports refer to. Messages as canonical JSON: they lose their prototype between threads. */
export interface ReportTask {
  readonly result: StagingResultJson;
  readonly request: StudyRequestJson;
  readonly study: SourceStudy | undefined;
}

export interface Reports {
  /** DICOM SR. */
  readonly sr: FileBytes;
  /** FHIR R4 DiagnosticReport, JSON. */
  readonly fhir: FileBytes;
}

/** An error's class is lost between threads: its code and words travel instead. */
export type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode; readonly details: ErrorDetails };
