import type { DataSet as ParsedDataSet, Element } from 'dicom-parser';

/** The numeric value representations that are stored in binary: bytes of one value, and how it is read. */
const binary = {
  FD: { bytes: 8, read: 'readDouble' },
  FL: { bytes: 4, read: 'readFloat' },
  SS: { bytes: 2, read: 'readInt16' },
  UL: { bytes: 4, read: 'readUint32' },
  US: { bytes: 2, read: 'readUint16' },
} as const;

/** Longest value that is read, bytes: a short text of 64 characters, some dozens of numbers. */
const bytesMax = 4096;

/** The text's values, trimmed; those that are empty are kept in their place unless all are. */
export function readTexts({ byteArray }: ParsedDataSet, { dataOffset, length }: Element): string[] {
  if (length > bytesMax) return [];
  const text = latin1(byteArray.subarray(dataOffset, dataOffset + length));
  const values = text.split('\\').map((value) => value.replace(/^[\0 ]+|[\0 ]+$/g, ''));
  return values.every((value) => value === '') ? [] : values;
}

/** The number's values. Undefined where there is none, or one of them can't be read. */
export function readNumbers(from: ParsedDataSet, element: Element, vr: string): number[] | undefined {
  const values = isBinary(vr) ? readBinary(from, element, vr) : readTexts(from, element).map(toNumber);
  return values.length > 0 && values.every((value) => Number.isFinite(value)) ? values : undefined;
}

function isBinary(vr: string): vr is keyof typeof binary {
  return vr in binary;
}

function readBinary(
  { byteArray, byteArrayParser }: ParsedDataSet,
  { dataOffset, length }: Element,
  vr: keyof typeof binary,
): number[] {
  if (length > bytesMax) return [];
  const { bytes, read } = binary[vr];
  const count = Math.floor(length / bytes);
  return Array.from({ length: count }, (_, n) => byteArrayParser[read](byteArray, dataOffset + n * bytes));
}

/** A decimal string; what is empty is no number. */
function toNumber(text: string): number {
  return text === '' ? Number.NaN : Number(text);
}

/** Every term that we read is ASCII: bytes of other character sets become letters that match nothing. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
