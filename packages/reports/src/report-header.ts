import { type Timestamp, timestampDate } from '@bufbuild/protobuf/wkt';
import type { ModelReference, Sequence, StudyRequest } from '@hepastage/proto';
import { derivedUid } from './derived-uid.ts';
import { type Identifiers, identifiersOf } from './identifiers.ts';
import type { SourceImage, SourceSeries, SourceStudy } from './report-input.ts';

/** What all reports of one study have in common. A plain object: it can be cloned between threads. */
export interface ReportHeader {
  readonly jobId: string;
  readonly createdAt: Date;
  readonly stage: string;
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string };
  /** Version of this software; may be empty. */
  readonly software: string;
  readonly identifiers: Identifiers;
  readonly studyInstanceUid: string;
  /** Of the model: the same in every study. */
  readonly deviceUid: string;
  /** Empty where the study came as NIfTI. */
  readonly sources: ReadonlyMap<Sequence, SourceSeries>;
}

/** What of a result every report needs: a StagingResult has it. */
export interface ReportedStage {
  readonly jobId: string;
  readonly createdAt?: Timestamp | undefined;
  readonly stage: string;
  readonly model?: Pick<ModelReference, 'name' | 'version' | 'sha256'> | undefined;
  readonly execution?: { readonly software: string } | undefined;
}

/** Throws a RangeError for a result that lacks its time or its model: the pipeline writes none. */
export function reportHeader({
  result,
  request,
  study,
}: {
  readonly result: ReportedStage;
  readonly request: StudyRequest;
  readonly study: SourceStudy | undefined;
}): ReportHeader {
  const { createdAt, model, jobId, stage, execution } = result;
  if (createdAt === undefined || model === undefined)
    throw new RangeError('a result without its time or model');
  const { name, version, sha256 } = model;
  return {
    jobId,
    createdAt: timestampDate(createdAt),
    stage,
    model: { name, version, sha256 },
    software: execution?.software ?? '',
    identifiers: identifiersOf({ request, study }),
    studyInstanceUid: study?.studyInstanceUid ?? derivedUid(jobId, 'study'),
    deviceUid: derivedUid(sha256, 'device'),
    sources: study?.sequences ?? new Map(),
  };
}

/** The same for the same job and purpose, so that a job that runs again writes the same objects. */
export function uidFor({ jobId }: ReportHeader, ...purpose: readonly string[]): string {
  return derivedUid(jobId, ...purpose);
}

/** Slices of a sequence; empty where the study came as NIfTI. */
export function imagesOf({ sources }: ReportHeader, sequence: Sequence): readonly SourceImage[] {
  return sources.get(sequence)?.images ?? [];
}

/** The series' own, or one for the series alone. */
export function frameOfReferenceOf(header: ReportHeader, sequence: Sequence): string {
  const own = header.sources.get(sequence)?.frameOfReferenceUid ?? '';
  return own === '' ? uidFor(header, 'frame-of-reference', String(sequence)) : own;
}
