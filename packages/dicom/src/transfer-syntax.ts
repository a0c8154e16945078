/** How a data set and its pixels are written (DICOM PS3.5, annex A). */
export interface TransferSyntax {
  readonly uid: string;
  readonly name: string;
  readonly byteOrder: 'little' | 'big';
  readonly explicitVr: boolean;
  /** The whole data set after the meta header is a raw deflate stream. */
  readonly deflated: boolean;
  /** How pixels are compressed; `native` ones are not. */
  readonly pixels: PixelCodec;
}

export type PixelCodec =
  | 'native'
  | 'rle'
  | 'jpeg-baseline'
  | 'jpeg-extended'
  | 'jpeg-lossless'
  | 'jpeg-ls'
  | 'jpeg-2000'
  | 'htj2k';

const encapsulated = (uid: string, name: string, pixels: PixelCodec): TransferSyntax => ({
  uid,
  name,
  byteOrder: 'little',
  explicitVr: true,
  deflated: false,
  pixels,
});
const native = (
  uid: string,
  name: string,
  { byteOrder = 'little', explicitVr = true, deflated = false }: Partial<TransferSyntax> = {},
): TransferSyntax => ({ uid, name, byteOrder, explicitVr, deflated, pixels: 'native' });

export const implicitLittleEndian = native('1.2.840.10008.1.2', 'Implicit VR Little Endian', {
  explicitVr: false,
});
export const explicitLittleEndian = native('1.2.840.10008.1.2.1', 'Explicit VR Little Endian');
export const explicitBigEndian = native('1.2.840.10008.1.2.2', 'Explicit VR Big Endian', {
  byteOrder: 'big',
});

/** Every transfer syntax that can be read. */
export const transferSyntaxes: readonly TransferSyntax[] = [
  implicitLittleEndian,
  explicitLittleEndian,
  native('1.2.840.10008.1.2.1.99', 'Deflated Explicit VR Little Endian', { deflated: true }),
  explicitBigEndian,
  encapsulated('1.2.840.10008.1.2.4.50', 'JPEG Baseline (Process 1)', 'jpeg-baseline'),
  encapsulated('1.2.840.10008.1.2.4.51', 'JPEG Extended (Process 2 & 4)', 'jpeg-extended'),
  encapsulated('1.2.840.10008.1.2.4.57', 'JPEG Lossless (Process 14)', 'jpeg-lossless'),
  encapsulated('1.2.840.10008.1.2.4.70', 'JPEG Lossless, First-Order Prediction', 'jpeg-lossless'),
  encapsulated('1.2.840.10008.1.2.4.80', 'JPEG-LS Lossless', 'jpeg-ls'),
  encapsulated('1.2.840.10008.1.2.4.81', 'JPEG-LS Near-Lossless', 'jpeg-ls'),
  encapsulated('1.2.840.10008.1.2.4.90', 'JPEG 2000 (Lossless Only)', 'jpeg-2000'),
  encapsulated('1.2.840.10008.1.2.4.91', 'JPEG 2000', 'jpeg-2000'),
  encapsulated('1.2.840.10008.1.2.4.201', 'High-Throughput JPEG 2000 (Lossless Only)', 'htj2k'),
  encapsulated('1.2.840.10008.1.2.4.202', 'High-Throughput JPEG 2000 with RPCL (Lossless Only)', 'htj2k'),
  encapsulated('1.2.840.10008.1.2.4.203', 'High-Throughput JPEG 2000', 'htj2k'),
  encapsulated('1.2.840.10008.1.2.5', 'RLE Lossless', 'rle'),
];

const byUid = new Map(transferSyntaxes.map((syntax) => [syntax.uid, syntax]));

export function transferSyntaxOf(uid: string): TransferSyntax | undefined {
  return byUid.get(uid);
}
