import { hepastageSchemeUid } from '../coding/hepastage-codes.ts';
import { type ReportHeader, uidFor } from '../report-header.ts';
import type { Item } from './item.ts';
import { dateOf, longString, timeOf } from './value-text.ts';

/** What sets one of our objects apart from the others. Each is a series of its own. */
export interface ObjectKind {
  readonly sopClassUid: string;
  readonly modality: 'OT' | 'SR';
  /** What its UIDs are derived from, besides the job: the same for the same purpose. */
  readonly purpose: readonly string[];
  readonly seriesNumber: number;
  readonly seriesDescription: string;
}

/**
 * Modules that all our objects share: Patient, General Study, the series, Enhanced General Equipment and SOP Common (PS3.3, C.7 and C.12). Nobody is named, and what
 * is not known of the patient or study stays empty.
 */
export function commonModules(header: ReportHeader, kind: ObjectKind): Item {
  const { identifiers, model, software, createdAt } = header;
  return {
    SOPClassUID: kind.sopClassUid,
    SOPInstanceUID: uidFor(header, 'instance', ...kind.purpose),
    TimezoneOffsetFromUTC: '+0000',
    CodingSchemeIdentificationSequence: [
      {
        CodingSchemeDesignator: '99HEPASTAGE',
        CodingSchemeUID: hepastageSchemeUid,
        CodingSchemeName: 'hepastage concepts and cirrhosis stages',
        CodingSchemeResponsibleOrganization: 'hepastage',
      },
    ],
    InstanceNumber: '1',
    ContentDate: dateOf(createdAt),
    ContentTime: timeOf(createdAt),

    PatientName: 'ANONYMOUS^',
    PatientID: identifiers.patientId,
    PatientBirthDate: '',
    PatientSex: '',
    ...(identifiers.patientComments === '' ? {} : { PatientComments: identifiers.patientComments }),
    PatientIdentityRemoved: 'YES',
    DeidentificationMethod: 'PS3.15 Basic Profile, attributes needed for staging only',

    StudyInstanceUID: header.studyInstanceUid,
    StudyDate: '',
    StudyTime: '',
    StudyID: '',
    ReferringPhysicianName: '',
    AccessionNumber: identifiers.accessionNumber,

    Modality: kind.modality,
    SeriesInstanceUID: uidFor(header, 'series', ...kind.purpose),
    SeriesNumber: String(kind.seriesNumber),
    SeriesDescription: longString(kind.seriesDescription),

    Manufacturer: 'hepastage',
    ManufacturerModelName: longString(model.name),
    // Its digest is what tells one model from another.
    DeviceSerialNumber: longString(model.sha256),
    SoftwareVersions: [model.version, ...(software === '' ? [] : [software])].map(longString),
  };
}
