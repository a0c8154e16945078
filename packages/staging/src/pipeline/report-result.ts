import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  encodeJson,
  type StagingResult,
  StagingResultSchema,
  type StudyRequest,
  StudyRequestSchema,
} from '@hepastage/proto';
import { type ReportHeader, reportHeader } from '@hepastage/reports';
import { type ArtefactFile, artefactFile } from './artefact-file.ts';
import type { PipelineContext } from './pipeline-context.ts';
import type { SelectedInputs } from './select-inputs.ts';
import type { StudyOpinion } from './stage-tokens.ts';

/** What the DICOM objects of a study have in common. Known as soon as the stage is, before there is a result. */
export function headerOfReports(
  request: StudyRequest,
  {
    createdAt,
    selected,
    opinion,
  }: {
    readonly createdAt: Timestamp;
    readonly selected: SelectedInputs;
    readonly opinion: StudyOpinion;
  },
  { model, software }: Pick<PipelineContext, 'model' | 'software'>,
): ReportHeader {
  const { manifest, sha256 } = model;
  return reportHeader({
    result: {
      jobId: request.jobId,
      createdAt,
      stage: manifest.stages[opinion.stage] ?? '',
      model: { name: manifest.name, version: manifest.version, sha256 },
      execution: { software },
    },
    request,
    study: selected.study,
  });
}

/** The result in the forms that hospitals keep. */
export async function reportResult(
  result: StagingResult,
  request: StudyRequest,
  { study }: SelectedInputs,
  { imaging, signal }: Pick<PipelineContext, 'imaging' | 'signal'>,
): Promise<ArtefactFile[]> {
  const { sr, fhir } = await imaging.report(
    {
      result: encodeJson(StagingResultSchema, result),
      request: encodeJson(StudyRequestSchema, request),
      study,
    },
    signal,
  );
  return [
    artefactFile({
      name: 'report.sr.dcm',
      mediaType: 'application/dicom',
      file: sr,
      description: 'The result as a DICOM structured report',
    }),
    artefactFile({
      name: 'report.fhir.json',
      mediaType: 'application/fhir+json',
      file: fhir,
      description: 'The result as a FHIR R4 DiagnosticReport',
    }),
  ];
}
