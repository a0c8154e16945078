import { enumName, type Sequence, SequenceSchema, type StagingResult } from '@hepastage/proto';
import { dcm } from '../coding/standard-codes.ts';
import { imagesOf, type ReportHeader } from '../report-header.ts';
import type { SourceImage } from '../report-input.ts';
import { coding, uidIdentifier } from './elements.ts';
import type { FhirObject } from './json.ts';

/** The study that was staged, with the series that were used. A NIfTI study has none; its UID is the one that our DICOM reports are filed under. */
export function imagingStudy(
  { perSequence }: StagingResult,
  header: ReportHeader,
  subject: FhirObject,
): FhirObject {
  const series = perSequence.flatMap(({ sequence }) => seriesOf(sequence, imagesOf(header, sequence)));
  return {
    resourceType: 'ImagingStudy',
    id: 'imaging-study',
    identifier: [uidIdentifier(header.studyInstanceUid)],
    status: 'available',
    modality: [coding(dcm.magneticResonance)],
    subject,
    ...(series.length === 0 ? {} : { series }),
  };
}

/** Usually one; the images of a volume may have been sent in several. */
function seriesOf(sequence: Sequence, images: readonly SourceImage[]): FhirObject[] {
  const bySeries = Map.groupBy(images, ({ seriesInstanceUid }) => seriesInstanceUid);
  return [...bySeries].map(([uid, own]) => {
    const instances = new Map(own.map(({ sopInstanceUid, sopClassUid }) => [sopInstanceUid, sopClassUid]));
    return {
      uid,
      modality: coding(dcm.magneticResonance),
      description: `Staged as ${enumName(SequenceSchema, sequence)}`,
      numberOfInstances: instances.size,
      instance: [...instances].map(([sopInstanceUid, sopClassUid]) => ({
        uid: sopInstanceUid,
        sopClass: { system: 'urn:ietf:rfc:3986', code: `urn:oid:${sopClassUid}` },
      })),
    };
  });
}
