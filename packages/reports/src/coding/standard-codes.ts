import { code } from './code.ts';

/** Codes of PS3.16 that our structured reports use. */
export const dcm = {
  imagingMeasurementReport: code('126000', 'DCM', 'Imaging Measurement Report'),
  imagingMeasurements: code('126010', 'DCM', 'Imaging Measurements'),
  measurementGroup: code('125007', 'DCM', 'Measurement Group'),
  language: code('121049', 'DCM', 'Language of Content Item and Descendants'),
  observerType: code('121005', 'DCM', 'Observer Type'),
  device: code('121007', 'DCM', 'Device'),
  deviceObserverUid: code('121012', 'DCM', 'Device Observer UID'),
  deviceObserverName: code('121013', 'DCM', 'Device Observer Name'),
  deviceObserverManufacturer: code('121014', 'DCM', 'Device Observer Manufacturer'),
  deviceObserverModelName: code('121015', 'DCM', 'Device Observer Model Name'),
  procedureReported: code('121058', 'DCM', 'Procedure Reported'),
  trackingIdentifier: code('112039', 'DCM', 'Tracking Identifier'),
  trackingUniqueIdentifier: code('112040', 'DCM', 'Tracking Unique Identifier'),
  algorithmName: code('111001', 'DCM', 'Algorithm Name'),
  algorithmVersion: code('111003', 'DCM', 'Algorithm Version'),
  algorithmParameters: code('111002', 'DCM', 'Algorithm Parameters'),
  sourceOfMeasurement: code('121112', 'DCM', 'Source of Measurement'),
  sourceImage: code('121322', 'DCM', 'Source image for image processing operation'),
  comment: code('121106', 'DCM', 'Comment'),
  magneticResonance: code('MR', 'DCM', 'Magnetic Resonance'),
} as const;

export const sct = {
  findingSite: code('363698007', 'SCT', 'Finding Site'),
  liver: code('10200004', 'SCT', 'Liver'),
  abdomen: code('818981001', 'SCT', 'Abdomen'),
  quantity: code('246205007', 'SCT', 'Quantity'),
} as const;

export const loinc = {
  /** Context group 100 of PS3.16. */
  mri: code('25056-3', 'LN', 'MRI unspecified body region'),
  diagnosticImaging: code('18748-4', 'LN', 'Diagnostic imaging study'),
} as const;

export const english = code('en', 'RFC5646', 'English');
export const noUnits = code('1', 'UCUM', 'no units');
