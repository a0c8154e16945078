import { create } from '@bufbuild/protobuf';
import { type DataSet, itemsOf, numberOf, textOf } from '@hepastage/dicom';
import { ErrorCode, HepastageError, type PixelFormat, PixelFormatSchema } from '@hepastage/proto';
import { codesOf } from './acquisition.ts';

/** Most frames of an object: a dynamic series of 300 slices at 300 times has 90,000. */
const framesMax = 100_000;
const edgePixelsMax = 65_535;
const bitsAllocatedAllowed: readonly number[] = [8, 16, 32];
const samplesMax = 4;

/** How the pixels are stored. Colour is told, not refused. Throws INVALID_ATTRIBUTE. */
export function pixelFormatOf(dataSet: DataSet): PixelFormat {
  const integer = (keyword: IntegerKeyword, range: { min: number; max: number; otherwise?: number }) =>
    integerOf(dataSet, keyword, range);
  const bitsAllocated = numberOf(dataSet, 'BitsAllocated');
  if (bitsAllocated === undefined || !bitsAllocatedAllowed.includes(bitsAllocated)) {
    throw invalidAttribute('BitsAllocated', bitsAllocatedAllowed.join(', '), bitsAllocated);
  }
  const bitsStored = integer('BitsStored', { min: 1, max: bitsAllocated, otherwise: bitsAllocated });
  // The bits may lie anywhere in their word, as in objects of the ACR-NEMA era.
  const highBits = { min: bitsStored - 1, max: bitsAllocated - 1, otherwise: bitsStored - 1 };
  const padding = numberOf(dataSet, 'PixelPaddingValue');
  const paddingLimit = numberOf(dataSet, 'PixelPaddingRangeLimit');
  return create(PixelFormatSchema, {
    rows: integer('Rows', { min: 1, max: edgePixelsMax }),
    columns: integer('Columns', { min: 1, max: edgePixelsMax }),
    samplesPerPixel: integer('SamplesPerPixel', { min: 1, max: samplesMax, otherwise: 1 }),
    photometricInterpretation: codesOf([textOf(dataSet, 'PhotometricInterpretation')])[0] ?? '',
    bitsAllocated,
    bitsStored,
    highBit: integer('HighBit', highBits),
    signed: integer('PixelRepresentation', { min: 0, max: 1, otherwise: 0 }) === 1,
    planarConfiguration: integer('PlanarConfiguration', { min: 0, max: 1, otherwise: 0 }),
    ...(padding !== undefined && { paddingValue: padding }),
    ...(paddingLimit !== undefined && { paddingRangeLimit: paddingLimit }),
  });
}

/** How many frames the object has: one for each item of its per-frame functional groups, if it has any. Throws INVALID_ATTRIBUTE. */
export function frameCountOf(dataSet: DataSet): number {
  const frames = integerOf(dataSet, 'NumberOfFrames', { min: 1, max: framesMax, otherwise: 1 });
  const items = itemsOf(dataSet, 'PerFrameFunctionalGroupsSequence').length;
  if (items !== 0 && items !== frames) {
    throw invalidAttribute('NumberOfFrames', `${items}, one for each functional group`, frames);
  }
  return frames;
}

type IntegerKeyword =
  | 'Rows'
  | 'Columns'
  | 'SamplesPerPixel'
  | 'BitsStored'
  | 'HighBit'
  | 'PixelRepresentation'
  | 'PlanarConfiguration'
  | 'NumberOfFrames';

/** The attribute's value, or `otherwise` where it is absent. */
function integerOf(
  dataSet: DataSet,
  keyword: IntegerKeyword,
  { min, max, otherwise }: { min: number; max: number; otherwise?: number },
): number {
  const value = numberOf(dataSet, keyword) ?? otherwise;
  if (value !== undefined && Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidAttribute(keyword, min === max ? String(min) : `${min} to ${max}`, value);
}

/** INVALID_ATTRIBUTE of a number. */
function invalidAttribute(keyword: string, expected: string, received: number | undefined): HepastageError {
  return new HepastageError(ErrorCode.INVALID_ATTRIBUTE, {
    what: received === undefined ? 'a required attribute is missing' : 'an attribute is impossible',
    where: keyword,
    expected,
    ...(received !== undefined && { received }),
    action: 'export the object again',
  });
}
