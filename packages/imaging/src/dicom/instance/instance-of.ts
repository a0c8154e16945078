import { create } from '@bufbuild/protobuf';
import { type DataSet, isMrImage, mrImageStorage, numberOf, type Part10, textOf } from '@hepastage/dicom';
import { type DicomInstance, DicomInstanceSchema, ErrorCode, HepastageError } from '@hepastage/proto';
import { framesOf } from './frame-of.ts';
import { mosaicOf } from './mosaic-of.ts';
import { frameCountOf, pixelFormatOf } from './pixel-format.ts';
import { textsOfObject } from './texts-of.ts';

/** What is read of an object: all but its pixels. */
export type InstanceSource = Pick<Part10, 'dataSet' | 'syntax' | 'missingMetaHeader' | 'overlay'> & {
  readonly hasPixels: boolean;
};

/** Modalities (DICOM PS3.3, C.7.3.1.1.1) that an error may name. */
const modalities: ReadonlySet<string> = new Set(
  'MR CT PT NM US CR DX MG XA RF OT SC SR SEG PR KO REG RTSTRUCT RTDOSE RTPLAN RTIMAGE RWV DOC ECG IO OP SM'.split(
    ' ',
  ),
);
const int32Max = 2 ** 31 - 1;

/**
 * What an MR object says of itself. Throws WRONG_MODALITY, UNSUPPORTED_PIXELS (it has none), INVALID_ATTRIBUTE. Colour and mosaics are told, and judged
 * with their series.
 */
export function instanceOf({
  dataSet,
  syntax,
  missingMetaHeader,
  overlay,
  hasPixels,
}: InstanceSource): DicomInstance {
  const sopClassUid = mrClassOf(dataSet);
  if (!hasPixels) {
    throw new HepastageError(ErrorCode.UNSUPPORTED_PIXELS, {
      what: 'the object has no pixel data',
      action: 'leave it out, or export the images',
    });
  }
  const pixels = pixelFormatOf(dataSet);
  const mosaic = mosaicOf(dataSet);
  return create(DicomInstanceSchema, {
    sopInstanceUid: requiredUid(dataSet, 'SOPInstanceUID'),
    seriesInstanceUid: requiredUid(dataSet, 'SeriesInstanceUID'),
    studyInstanceUid: requiredUid(dataSet, 'StudyInstanceUID'),
    frameOfReferenceUid: textOf(dataSet, 'FrameOfReferenceUID'),
    sopClassUid,
    transferSyntaxUid: syntax.uid,
    modality: 'MR',
    ...textsOfObject(dataSet),
    seriesNumber: int32(numberOf(dataSet, 'SeriesNumber')),
    instanceNumber: int32(numberOf(dataSet, 'InstanceNumber')),
    acquisitionNumber: int32(numberOf(dataSet, 'AcquisitionNumber')),
    pixels,
    frames: framesOf(dataSet, frameCountOf(dataSet)),
    burnedInAnnotation: textOf(dataSet, 'BurnedInAnnotation').toUpperCase() === 'YES',
    overlay,
    ...(mosaic !== undefined && { mosaic }),
    missingMetaHeader,
  });
}

/** The SOP class, which must be one of MR images. Old objects have but a modality. Throws WRONG_MODALITY. */
function mrClassOf(dataSet: DataSet): string {
  const modality = textOf(dataSet, 'Modality').toUpperCase();
  const stated = textOf(dataSet, 'SOPClassUID');
  const sopClassUid = stated === '' && modality === 'MR' ? mrImageStorage : stated;
  if (isMrImage(sopClassUid) && (modality === 'MR' || modality === '')) return sopClassUid;
  throw new HepastageError(ErrorCode.WRONG_MODALITY, {
    what: modality === 'MR' ? 'the object is of an MR study, but no MR image' : 'the object is no MR image',
    where: modality === 'MR' ? 'SOPClassUID' : 'Modality',
    expected: modality === 'MR' ? 'an MR Image Storage class' : 'MR',
    ...(modality !== 'MR' && modalities.has(modality) && { received: modality }),
    action: 'leave it out',
  });
}

/** Throws INVALID_ATTRIBUTE. */
function requiredUid(
  dataSet: DataSet,
  keyword: 'SOPInstanceUID' | 'SeriesInstanceUID' | 'StudyInstanceUID',
): string {
  const uid = textOf(dataSet, keyword);
  if (/^[\d.]{1,64}$/.test(uid)) return uid;
  throw new HepastageError(ErrorCode.INVALID_ATTRIBUTE, {
    what: uid === '' ? 'a required attribute is missing' : 'an attribute is impossible',
    where: keyword,
    expected: 'a UID of up to 64 digits and dots',
    action: 'export the object again',
  });
}

/** Numbers that only order and name things: 0 where they are missing or out of range. */
function int32(value: number | undefined): number {
  return value !== undefined && Number.isInteger(value) && Math.abs(value) <= int32Max ? value : 0;
}
