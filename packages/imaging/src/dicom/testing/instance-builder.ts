import { create } from '@bufbuild/protobuf';
import { type DataSet, mrImageStorage, transferSyntaxOf } from '@hepastage/dicom';
import { type DicomFrame, DicomFrameSchema, type DicomInstance, DicomInstanceSchema } from '@hepastage/proto';
import type { InstanceSource } from '../instance/instance-of.ts';

/** A classic axial MR image of 4 × 6 pixels, at the origin. What a test needs otherwise is replaced. */
export function mrObject(attributes: DataSet = {}, rest: Partial<InstanceSource> = {}): InstanceSource {
  const dataSet: DataSet = {
    SOPClassUID: [mrImageStorage],
    Modality: ['MR'],
    SOPInstanceUID: ['2.25.1'],
    SeriesInstanceUID: ['2.25.10'],
    StudyInstanceUID: ['2.25.100'],
    ImageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
    ImagePositionPatient: [0, 0, 0],
    ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
    PixelSpacing: [1.5, 1.5],
    SamplesPerPixel: [1],
    PhotometricInterpretation: ['MONOCHROME2'],
    Rows: [4],
    Columns: [6],
    BitsAllocated: [16],
    BitsStored: [12],
    HighBit: [11],
    PixelRepresentation: [0],
    ...attributes,
  };
  return {
    dataSet,
    syntax: transferSyntaxOf('1.2.840.10008.1.2.1')!,
    missingMetaHeader: false,
    overlay: false,
    hasPixels: true,
    ...rest,
  };
}

/** The data set without some of its attributes. */
export function without(dataSet: DataSet, ...keywords: readonly (keyof DataSet)[]): DataSet {
  return Object.fromEntries(
    Object.entries(dataSet).filter(([keyword]) => !keywords.includes(keyword as keyof DataSet)),
  ) as DataSet;
}

export type InstanceInit = Partial<Omit<DicomInstance, 'frames' | '$typeName' | '$unknown'>>;
export type FrameInit = Partial<Omit<DicomFrame, '$typeName' | '$unknown'>>;

/** A classic instance: one axial image at height `z`, mm, named by `name`. */
export function mrInstance(name: string | number, z: number, frame: FrameInit = {}, rest: InstanceInit = {}) {
  return multiFrame(name, [{ positionMm: [0, 0, z], ...frame }], rest);
}

/** An instance of several frames, all axial unless they say otherwise. */
export function multiFrame(
  name: string | number,
  frames: readonly FrameInit[],
  rest: InstanceInit = {},
): DicomInstance {
  return create(DicomInstanceSchema, {
    sopInstanceUid: `2.25.1.${name}`,
    seriesInstanceUid: '2.25.10',
    studyInstanceUid: '2.25.100',
    sopClassUid: mrImageStorage,
    modality: 'MR',
    seriesNumber: 1,
    pixels: { rows: 4, columns: 6, samplesPerPixel: 1, photometricInterpretation: 'MONOCHROME2' },
    ...rest,
    frames: frames.map((frame) =>
      create(DicomFrameSchema, {
        positionMm: [0, 0, 0],
        orientation: [1, 0, 0, 0, 1, 0],
        pixelSpacingMm: [1.5, 1.5],
        slope: 1,
        imageType: ['ORIGINAL', 'PRIMARY', 'OTHER'],
        ...frame,
      }),
    ),
  });
}
