import { create } from '@bufbuild/protobuf';
import { type DataSet, itemsOf, numberOf, numbersOf, textOf, textsOf } from '@hepastage/dicom';
import { type DicomFrame, DicomFrameSchema } from '@hepastage/proto';
import {
  codesOf,
  echoTrainLengthOf,
  hasContrastAgent,
  inversionTimeOf,
  isFatSuppressed,
  scanningSequenceOf,
} from './acquisition.ts';
import { componentOf } from './component.ts';
import { bValueOf } from './diffusion.ts';
import { first, frameSources, type FrameSource, type GroupKeyword } from './functional-groups.ts';

/** How far the lengths of the direction cosines, and the cosine between row and column, may be off. */
const cosineErrorMax = 1e-2;
/** Field strengths above this are stated in gauss, as old scanners do. */
const teslaMax = 100;
const gaussPerTesla = 10_000;
const uint32Max = 2 ** 32 - 1;

/** The object's frames. Without functional groups of their own all are alike: one message stands for them, however many the object claims to have. */
export function framesOf(object: DataSet, count: number): DicomFrame[] {
  if (itemsOf(object, 'PerFrameFunctionalGroupsSequence').length > 0) {
    return frameSources(object, count).map(frameOf);
  }
  const frame = frameOf(frameSources(object, 1)[0]!);
  return Array.from({ length: count }, () => frame);
}

/** Geometry and physics of a frame. What its file does not state, or states impossibly, is unset. */
function frameOf(source: FrameSource): DicomFrame {
  const { object } = source;
  const number = (group: GroupKeyword | undefined, read: (dataSet: DataSet) => number | undefined) =>
    first(source, group, (dataSet) => nonNegative(read(dataSet)));
  const numbers = (group: GroupKeyword, read: (dataSet: DataSet) => readonly number[], count: number) =>
    first(source, group, (dataSet) => (read(dataSet).length === count ? [...read(dataSet)] : undefined)) ??
    [];
  const imageType = imageTypeOf(source);

  return create(DicomFrameSchema, {
    positionMm: numbers('PlanePositionSequence', (set) => numbersOf(set, 'ImagePositionPatient'), 3),
    orientation: directions(
      numbers('PlaneOrientationSequence', (set) => numbersOf(set, 'ImageOrientationPatient'), 6),
    ),
    pixelSpacingMm: numbers('PixelMeasuresSequence', (set) => numbersOf(set, 'PixelSpacing'), 2),
    slope: first(source, 'PixelValueTransformationSequence', slopeOf) ?? 1,
    intercept:
      first(source, 'PixelValueTransformationSequence', (set) => numberOf(set, 'RescaleIntercept')) ?? 0,
    imageType,
    component: componentOf(source, imageType),
    scanningSequence: scanningSequenceOf(source),
    sequenceVariant: codesOf(textsOf(object, 'SequenceVariant')),
    scanOptions: codesOf(textsOf(object, 'ScanOptions')),
    acquisitionContrast:
      codesOf(
        first(source, 'MRImageFrameTypeSequence', (set) => set.AcquisitionContrast?.slice(0, 1)) ?? [],
      )[0] ?? '',
    contrastAgent: hasContrastAgent(source),
    ...stated({
      sliceThicknessMm: number('PixelMeasuresSequence', (set) => numberOf(set, 'SliceThickness')),
      spacingBetweenSlicesMm: first(source, 'PixelMeasuresSequence', (set) =>
        numberOf(set, 'SpacingBetweenSlices'),
      ),
      echoTimeMs: number(
        'MREchoSequence',
        (set) => numberOf(set, 'EffectiveEchoTime') ?? numberOf(set, 'EchoTime'),
      ),
      repetitionTimeMs: number('MRTimingAndRelatedParametersSequence', (set) =>
        numberOf(set, 'RepetitionTime'),
      ),
      inversionTimeMs: nonNegative(inversionTimeOf(source)),
      flipAngleDegrees: number('MRTimingAndRelatedParametersSequence', (set) => numberOf(set, 'FlipAngle')),
      bValue: bValueOf(source),
      echoNumber: countOf(numberOf(object, 'EchoNumbers')),
      echoTrainLength: countOf(echoTrainLengthOf(source)),
      temporalPosition: countOf(
        number(
          'FrameContentSequence',
          (set) => numberOf(set, 'TemporalPositionIndex') ?? numberOf(set, 'TemporalPositionIdentifier'),
        ),
      ),
      triggerTimeMs: number(
        'CardiacSynchronizationSequence',
        (set) => numberOf(set, 'NominalCardiacTriggerDelayTime') ?? numberOf(set, 'TriggerTime'),
      ),
      fatSuppressed: isFatSuppressed(source),
      magneticFieldTesla: teslaOf(nonNegative(numberOf(object, 'MagneticFieldStrength'))),
      acquisitionDimensions: { '2D': 2, '3D': 3 }[textOf(object, 'MRAcquisitionType')],
    }),
  });
}

/** Frame Type, or Image Type. */
function imageTypeOf(source: FrameSource): string[] {
  const frameType = first(source, 'MRImageFrameTypeSequence', (set) => set.FrameType);
  return codesOf(frameType ?? textsOf(source.object, 'ImageType'));
}

/** A slope of 0 would make all pixels equal: it means that there is none. */
function slopeOf(dataSet: DataSet): number | undefined {
  return numberOf(dataSet, 'RescaleSlope') || undefined;
}

/** The cosines, unless they are no two directions at right angles. */
function directions(cosines: readonly number[]): number[] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = cosines;
  const errors = [Math.hypot(a, b, c) - 1, Math.hypot(d, e, f) - 1, a * d + b * e + c * f];
  return errors.every((error) => Math.abs(error) <= cosineErrorMax) ? [...cosines] : [];
}

function nonNegative(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 ? value : undefined;
}

function countOf(value: number | undefined): number | undefined {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value <= uint32Max
    ? value
    : undefined;
}

function teslaOf(strength: number | undefined): number | undefined {
  return strength !== undefined && strength > teslaMax ? strength / gaussPerTesla : strength;
}

/** The fields that have a value. */
function stated<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
