/**
 * What is done with an attribute's value at the door, after the Basic Profile of DICOM PS3.15 (table E.1-1). An attribute that is not in this table
 * does not exist for us: it is never read, and never written (the profile's action X).
 *
 * - `keep` (K): the value is a number, a code or a term of the standard.
 * - `hash` (U): a UID becomes its keyed hash.
 * - `words` (C): free text; only words of our vocabulary are kept (the Clean Descriptors option).
 * - `flag` (Z/D): free text of which only matters that it is there: it becomes `YES`.
 * - `drop` (X): read for what can be derived from it, never written.
 */
export type DoorAction = 'keep' | 'hash' | 'words' | 'flag' | 'drop';

export type ValueRepresentation =
  | 'CS'
  | 'DS'
  | 'FD'
  | 'FL'
  | 'IS'
  | 'LO'
  | 'OB'
  | 'SH'
  | 'SQ'
  | 'SS'
  | 'UI'
  | 'UL'
  | 'US'
  /** US or SS, as Pixel Representation (0028,0103) says. */
  | 'XS';

interface Attribute {
  /** Eight hexadecimal digits, upper case. Of a private attribute those within the first block (gg10xx). */
  readonly tag: string;
  readonly vr: ValueRepresentation;
  readonly door: DoorAction;
  /** Of a private attribute: its private creator. */
  readonly creator?: string;
}

const keep = <const V extends ValueRepresentation>(tag: string, vr: V) =>
  ({ tag, vr, door: 'keep' }) as const;
const hash = (tag: string) => ({ tag, vr: 'UI', door: 'hash' }) as const;
const words = <const V extends 'CS' | 'LO' | 'SH'>(tag: string, vr: V) =>
  ({ tag, vr, door: 'words' }) as const;

/** Every attribute that staging needs, by its keyword in PS3.6. */
export const attributes = {
  // What it is.
  ImageType: keep('00080008', 'CS'),
  SOPClassUID: keep('00080016', 'UI'),
  SOPInstanceUID: hash('00080018'),
  Modality: keep('00080060', 'CS'),
  Manufacturer: words('00080070', 'LO'),
  StudyDescription: words('00081030', 'LO'),
  SeriesDescription: words('0008103E', 'LO'),
  BodyPartExamined: words('00180015', 'CS'),
  ProtocolName: words('00181030', 'LO'),
  PatientPosition: keep('00185100', 'CS'),
  StudyInstanceUID: hash('0020000D'),
  SeriesInstanceUID: hash('0020000E'),
  SeriesNumber: keep('00200011', 'IS'),
  AcquisitionNumber: keep('00200012', 'IS'),
  InstanceNumber: keep('00200013', 'IS'),
  FrameOfReferenceUID: hash('00200052'),

  // How it was acquired.
  ContrastBolusAgent: { tag: '00180010', vr: 'LO', door: 'flag' },
  ScanningSequence: keep('00180020', 'CS'),
  SequenceVariant: keep('00180021', 'CS'),
  ScanOptions: keep('00180022', 'CS'),
  MRAcquisitionType: keep('00180023', 'CS'),
  SequenceName: words('00180024', 'SH'),
  RepetitionTime: keep('00180080', 'DS'),
  EchoTime: keep('00180081', 'DS'),
  InversionTime: keep('00180082', 'DS'),
  EchoNumbers: keep('00180086', 'IS'),
  MagneticFieldStrength: keep('00180087', 'DS'),
  EchoTrainLength: keep('00180091', 'IS'),
  TriggerTime: keep('00181060', 'DS'),
  FlipAngle: keep('00181314', 'DS'),
  PulseSequenceName: words('00189005', 'SH'),
  EchoPulseSequence: keep('00189008', 'CS'),
  MultipleSpinEcho: keep('00189011', 'CS'),
  EchoPlanarPulseSequence: keep('00189018', 'CS'),
  DiffusionBValue: keep('00189087', 'FD'),
  TemporalPositionIdentifier: keep('00200100', 'IS'),
  AcquisitionContrast: keep('00089209', 'CS'),
  ComplexImageComponent: keep('00089208', 'CS'),
  ContrastBolusUsageSequence: keep('00189341', 'SQ'),
  ContrastBolusAgentAdministered: keep('00189342', 'CS'),

  // Where it lies.
  SliceThickness: keep('00180050', 'DS'),
  SpacingBetweenSlices: keep('00180088', 'DS'),
  ImagePositionPatient: keep('00200032', 'DS'),
  ImageOrientationPatient: keep('00200037', 'DS'),
  PixelSpacing: keep('00280030', 'DS'),

  // What its pixels are.
  SamplesPerPixel: keep('00280002', 'US'),
  PhotometricInterpretation: keep('00280004', 'CS'),
  PlanarConfiguration: keep('00280006', 'US'),
  NumberOfFrames: keep('00280008', 'IS'),
  Rows: keep('00280010', 'US'),
  Columns: keep('00280011', 'US'),
  BitsAllocated: keep('00280100', 'US'),
  BitsStored: keep('00280101', 'US'),
  HighBit: keep('00280102', 'US'),
  PixelRepresentation: keep('00280103', 'US'),
  PixelPaddingValue: keep('00280120', 'XS'),
  PixelPaddingRangeLimit: keep('00280121', 'XS'),
  BurnedInAnnotation: keep('00280301', 'CS'),
  RescaleIntercept: keep('00281052', 'DS'),
  RescaleSlope: keep('00281053', 'DS'),
  LossyImageCompression: keep('00282110', 'CS'),

  // Functional groups of enhanced objects.
  SharedFunctionalGroupsSequence: keep('52009229', 'SQ'),
  PerFrameFunctionalGroupsSequence: keep('52009230', 'SQ'),
  MRImageFrameTypeSequence: keep('00189226', 'SQ'),
  FrameType: keep('00089007', 'CS'),
  MRTimingAndRelatedParametersSequence: keep('00189112', 'SQ'),
  RFEchoTrainLength: keep('00189240', 'US'),
  GradientEchoTrainLength: keep('00189241', 'US'),
  MREchoSequence: keep('00189114', 'SQ'),
  EffectiveEchoTime: keep('00189082', 'FD'),
  MRModifierSequence: keep('00189115', 'SQ'),
  InversionRecovery: keep('00189009', 'CS'),
  InversionTimes: keep('00189079', 'FD'),
  SpectrallySelectedSuppression: keep('00189025', 'CS'),
  MRDiffusionSequence: keep('00189117', 'SQ'),
  FrameContentSequence: keep('00209111', 'SQ'),
  FrameAcquisitionNumber: keep('00209156', 'US'),
  TemporalPositionIndex: keep('00209128', 'UL'),
  CardiacSynchronizationSequence: keep('00189118', 'SQ'),
  NominalCardiacTriggerDelayTime: keep('00209153', 'FD'),
  PlanePositionSequence: keep('00209113', 'SQ'),
  PlaneOrientationSequence: keep('00209116', 'SQ'),
  PixelMeasuresSequence: keep('00289110', 'SQ'),
  PixelValueTransformationSequence: keep('00289145', 'SQ'),

  // Private attributes that PS3.15 (table E.3.10-1, Retain Safe Private) or their makers' conformance statements show to be safe.
  SiemensTilesInMosaic: { ...keep('0019100A', 'US'), creator: 'SIEMENS MR HEADER' },
  SiemensBValue: { ...keep('0019100C', 'IS'), creator: 'SIEMENS MR HEADER' },
  /** Holds much more than the slice normal that is read from it. */
  SiemensCsaImageHeader: { tag: '00291010', vr: 'OB', door: 'drop', creator: 'SIEMENS CSA HEADER' },
  GeRawDataType: { ...keep('0043102F', 'SS'), creator: 'GEMS_PARM_01' },
  GeBValues: { ...keep('00431039', 'IS'), creator: 'GEMS_PARM_01' },
  PhilipsBValue: { ...keep('20011003', 'FL'), creator: 'Philips Imaging DD 001' },
} as const satisfies Record<string, Attribute>;

export type Keyword = keyof typeof attributes;

type Vr<K extends Keyword> = (typeof attributes)[K]['vr'];
export type SequenceKeyword = { [K in Keyword]: Vr<K> extends 'SQ' ? K : never }[Keyword];
export type BytesKeyword = { [K in Keyword]: Vr<K> extends 'OB' ? K : never }[Keyword];
export type TextKeyword = {
  [K in Keyword]: Vr<K> extends 'CS' | 'LO' | 'SH' | 'UI' ? K : never;
}[Keyword];
export type NumberKeyword = {
  [K in Keyword]: Vr<K> extends 'DS' | 'FD' | 'FL' | 'IS' | 'SS' | 'UL' | 'US' | 'XS' ? K : never;
}[Keyword];

export const keywords = Object.keys(attributes) as Keyword[];

/** The attribute's row of the table, with its type widened. */
export function attributeOf(keyword: Keyword): Attribute {
  return attributes[keyword];
}
