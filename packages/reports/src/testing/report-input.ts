import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  Finding_Severity,
  ReportIdentifiers,
  Sequence,
  StagingResultSchema,
  StudyRequestSchema,
} from '@hepastage/proto';
import { derivedUid } from '../derived-uid.ts';
import type { ReportInput, SourceImage } from '../report-input.ts';

export const testJobId = '3f0c9a52-6a0e-4f0b-9d65-0a4d1f6f5b21';
const enhancedMr = '1.2.840.10008.5.1.4.1.1.4.1';
const classicMr = '1.2.840.10008.5.1.4.1.1.4';

/** A result of two sequences that disagree, with a warning, a finding that biases and one that does not. */
export function testReportInput({
  slices = 4,
  externalReference = '',
  reportIdentifiers = ReportIdentifiers.REPORT_IDENTIFIERS_UNSPECIFIED,
  dicom = true,
}: {
  readonly slices?: number;
  readonly externalReference?: string;
  readonly reportIdentifiers?: ReportIdentifiers;
  readonly dicom?: boolean;
} = {}): ReportInput {
  return {
    result: create(StagingResultSchema, {
      jobId: testJobId,
      createdAt: timestampFromDate(new Date('2026-11-25T23:59:58.123Z')),
      stage: 'moderate',
      probabilities: shares(0.1234567890123456, 1 / 2, 0.3765432109876544),
      stageSet: ['moderate', 'severe'],
      stageSetLevel: 0.8,
      perSequence: [
        {
          sequence: Sequence.T1W,
          stage: 'moderate',
          probabilities: shares(0.25, 0.7, 0.05),
          attention: 0.75,
          heatInLiver: 2 / 3,
          liverInSlices: 0.125,
        },
        { sequence: Sequence.T2W, stage: 'severe', probabilities: shares(1e-9, 0.1, 0.9), attention: 0.25 },
      ],
      disagreement: 0.85,
      quality: [
        {
          code: 'LOW_CONTRAST',
          severity: Finding_Severity.WARNING,
          sequence: Sequence.T1W,
          message: 'Grey in < grey & “faint”, 2 × 3.',
        },
        { code: 'WORTH_KNOWING', severity: Finding_Severity.INFO, message: 'Nothing of weight.' },
      ],
      warnings: [{ code: 'MODEL_NOT_CLINICALLY_VALIDATED', message: 'Never validated on patients.' }],
      model: { name: 'phantom-light', version: '0.1.0', sha256: 'ab'.repeat(32), trainedOn: 'phantoms' },
      execution: { software: '0.1.0' },
    }),
    request: create(StudyRequestSchema, {
      jobId: testJobId,
      metadata: { externalReference, reportIdentifiers },
    }),
    study: dicom
      ? {
          studyInstanceUid: derivedUid('test', 'study'),
          sequences: new Map([
            [
              Sequence.T1W,
              { frameOfReferenceUid: derivedUid('test', 'frame'), images: classicImages(slices) },
            ],
            [Sequence.T2W, { frameOfReferenceUid: '', images: enhancedImages(slices) }],
          ]),
        }
      : undefined,
  };
}

function shares(mild: number, moderate: number, severe: number) {
  return [
    { stage: 'mild', probability: mild },
    { stage: 'moderate', probability: moderate },
    { stage: 'severe', probability: severe },
  ];
}

function classicImages(slices: number): SourceImage[] {
  return Array.from({ length: slices }, (_, k) => ({
    sopClassUid: classicMr,
    sopInstanceUid: derivedUid('test', 't1w', String(k)),
    seriesInstanceUid: derivedUid('test', 't1w'),
    frame: 1,
  }));
}

/** Every second frame of one object. */
function enhancedImages(slices: number): SourceImage[] {
  return Array.from({ length: slices }, (_, k) => ({
    sopClassUid: enhancedMr,
    sopInstanceUid: derivedUid('test', 't2w', 'object'),
    seriesInstanceUid: derivedUid('test', 't2w'),
    frame: 2 * k + 1,
  }));
}
