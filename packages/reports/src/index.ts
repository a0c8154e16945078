/** A StagingResult in the forms that hospitals keep: FHIR, DICOM SR, DICOM images. Pure, but for the push to a PACS, whose `fetch` is given. */
export { isUpright } from './dicom/images/planes.ts';
export { evidenceObject, type EvidenceVolume } from './dicom/images/evidence-object.ts';
export { keySliceCapture, type KeySlicePicture } from './dicom/images/key-slice-capture.ts';
export { stagingSr } from './dicom/sr/staging-sr.ts';
export { fhirReport } from './fhir/fhir-report.ts';
export type { FhirObject, FhirValue } from './fhir/json.ts';
export { type ReportedStage, type ReportHeader, reportHeader } from './report-header.ts';
export type { ReportInput, SourceImage, SourceSeries, SourceStudy } from './report-input.ts';
export type { RefusedObject } from './stow/stow-answer.ts';
export { sourceStudyOf, type StagedStack } from './source-study.ts';
export { type PushOutcome, type StowOptions, stowPush, type StowTarget } from './stow/stow-push.ts';
