import { enumName, type Sequence, SequenceSchema } from '@hepastage/proto';
import type { ReportHeader } from '../../report-header.ts';
import { researchUseOnly } from '../../remarks.ts';
import { commonModules } from '../modules.ts';
import { writeObject } from '../write-object.ts';

const secondaryCaptureImageStorage = '1.2.840.10008.5.1.4.1.1.7';
const rowsMax = 0xff_ff;

export interface KeySlicePicture {
  readonly sequence: Sequence;
  readonly rows: number;
  readonly columns: number;
  /** Red, green and blue of each pixel, row by row. Radiological view: columns run to the patient's left, rows to the back. */
  readonly rgb: Uint8Array | Uint8ClampedArray;
}

/** The picture of the key slice as a DICOM Secondary Capture, for viewers that show no parametric maps. Throws a RangeError where pixels and size disagree. */
export function keySliceCapture(
  header: ReportHeader,
  { sequence, rows, columns, rgb }: KeySlicePicture,
): Uint8Array {
  if (rgb.length !== 3 * rows * columns) throw new RangeError('a picture needs three bytes a pixel');
  if (Math.max(columns, rows) > rowsMax) throw new RangeError('a picture has at most 65535 rows and columns');
  const name = enumName(SequenceSchema, sequence);
  return writeObject(
    {
      ...commonModules(header, {
        sopClassUid: secondaryCaptureImageStorage,
        modality: 'OT',
        purpose: ['key-slice', name],
        seriesNumber: 9020 + sequence,
        seriesDescription: `${name}: key slice and its evidence (research use only)`,
      }),
      BodyPartExamined: 'ABDOMEN',
      // A synthetic image.
      ConversionType: 'SYN',
      ImageType: ['DERIVED', 'SECONDARY'],
      PatientOrientation: ['L', 'P'],
      DerivationDescription: `The ${name} slice that the decision leans on most, plain and under its evidence for stage ${header.stage}`,
      BurnedInAnnotation: 'NO',
      LossyImageCompression: '00',
      ImageComments: researchUseOnly,
      SamplesPerPixel: 3,
      PhotometricInterpretation: 'RGB',
      PlanarConfiguration: 0,
      Rows: rows,
      Columns: columns,
      BitsAllocated: 8,
      BitsStored: 8,
      HighBit: 7,
      PixelRepresentation: 0,
    },
    rgb,
  );
}
