import type { Sequence, StagingResult, StudyRequest } from '@hepastage/proto';

/** What a report is made of. */
export interface ReportInput {
  readonly result: StagingResult;
  readonly request: StudyRequest;
  /** Undefined: the study came as NIfTI. Then its reports get UIDs of their own and refer to no image. */
  readonly study: SourceStudy | undefined;
}

/** The DICOM study that was staged. Its UIDs are the keyed hashes that it was let in with. */
export interface SourceStudy {
  readonly studyInstanceUid: string;
  /** The series that were staged. */
  readonly sequences: ReadonlyMap<Sequence, SourceSeries>;
}

export interface SourceSeries {
  /** Empty where the images do not say. */
  readonly frameOfReferenceUid: string;
  /** One for every slice of the volume, in the order of its third axis. */
  readonly images: readonly SourceImage[];
}

export interface SourceImage {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  /** Which frame of the object, from 1. */
  readonly frame: number;
}
