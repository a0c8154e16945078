import type { StagingResult } from '@hepastage/proto';
import { dcm, english, loinc } from '../../coding/standard-codes.ts';
import { imagesOf, type ReportHeader, reportHeader } from '../../report-header.ts';
import type { ReportInput } from '../../report-input.ts';
import { conclusionOf, remarksOf } from '../../remarks.ts';
import { seriesReferences } from '../image-reference.ts';
import type { Item } from '../item.ts';
import { commonModules } from '../modules.ts';
import { writeObject } from '../write-object.ts';
import { codeContent, contained, container, textContent, uidContent } from './content-item.ts';
import { jointGroup, sequenceGroup } from './measurement-group.ts';

const comprehensive3dSrStorage = '1.2.840.10008.5.1.4.1.1.88.34';

/**
 * The result as a DICOM Comprehensive 3D SR with a measurement report (TID 1500 of PS3.16): a measurement group for the joint decision and one for
 * every sequence. It lies in the study that was staged, and refers to the images that were.
 */
export function stagingSr(input: ReportInput): Uint8Array {
  const header = reportHeader(input);
  const { result } = input;
  return writeObject({
    ...commonModules(header, {
      sopClassUid: comprehensive3dSrStorage,
      modality: 'SR',
      purpose: ['sr'],
      seriesNumber: 9001,
      seriesDescription: 'Cirrhosis stage (research use only)',
    }),
    ReferencedPerformedProcedureStepSequence: [],
    PerformedProcedureCodeSequence: [],
    PreliminaryFlag: 'PRELIMINARY',
    CompletionFlag: 'COMPLETE',
    VerificationFlag: 'UNVERIFIED',
    ...evidence(result, header),
    ...container(dcm.imagingMeasurementReport, '1500', [
      codeContent('HAS CONCEPT MOD', dcm.language, english),
      ...observer(header),
      codeContent('HAS CONCEPT MOD', dcm.procedureReported, loinc.mri),
      contained(
        container(dcm.imagingMeasurements, undefined, [
          contained(jointGroup(result, header)),
          ...result.perSequence.map((opinion) => contained(sequenceGroup(opinion, header))),
        ]),
      ),
      ...[conclusionOf(result), ...remarksOf(result)].map((text) =>
        textContent('CONTAINS', dcm.comment, text),
      ),
    ]),
  });
}

/** TID 1001 with TID 1004: the observer is a device. */
function observer({ deviceUid, model }: ReportHeader): Item[] {
  return [
    codeContent('HAS OBS CONTEXT', dcm.observerType, dcm.device),
    uidContent('HAS OBS CONTEXT', dcm.deviceObserverUid, deviceUid),
    textContent('HAS OBS CONTEXT', dcm.deviceObserverName, 'hepastage'),
    textContent('HAS OBS CONTEXT', dcm.deviceObserverManufacturer, 'hepastage'),
    textContent('HAS OBS CONTEXT', dcm.deviceObserverModelName, model.name),
  ];
}

/** Every image that the content refers to (PS3.3, C.17.2.3). */
function evidence({ perSequence }: StagingResult, header: ReportHeader): Item {
  const images = perSequence.flatMap(({ sequence }) => imagesOf(header, sequence));
  if (images.length === 0) return {};
  return {
    CurrentRequestedProcedureEvidenceSequence: [
      {
        StudyInstanceUID: header.studyInstanceUid,
        ReferencedSeriesSequence: seriesReferences(images, 'ReferencedSOPSequence'),
      },
    ],
  };
}
