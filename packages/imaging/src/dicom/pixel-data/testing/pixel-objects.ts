import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Part10, type TransferSyntax, transferSyntaxes } from '@hepastage/dicom';
import { type PixelFormat, PixelFormatSchema } from '@hepastage/proto';

export type FormatChanges = MessageInitShape<typeof PixelFormatSchema>;

/** 16-bit unsigned grey pixels unless said otherwise. Bits Stored and High Bit fill what is allocated. */
export function pixelFormat(changes: FormatChanges = {}): PixelFormat {
  const bitsAllocated = changes.bitsAllocated ?? 16;
  const bitsStored = changes.bitsStored ?? bitsAllocated;
  return create(PixelFormatSchema, {
    rows: 4,
    columns: 4,
    samplesPerPixel: 1,
    photometricInterpretation: 'MONOCHROME2',
    bitsAllocated,
    bitsStored,
    highBit: bitsStored - 1,
    ...changes,
  });
}

export function syntaxOf(name: RegExp): TransferSyntax {
  return transferSyntaxes.find((syntax) => name.test(syntax.name))!;
}

export function nativeObject(bytes: Uint8Array, syntax = syntaxOf(/^Explicit VR Little/)): Part10 {
  return objectOf({ kind: 'native', bytes }, syntax);
}

/** Fragments lie one after the other, as in a file: each behind an item header of 8 bytes. */
export function compressedObject(
  fragments: readonly Uint8Array[],
  syntax: TransferSyntax,
  offsetTable: readonly number[] = [],
): Part10 {
  let offset = 0;
  const placed = fragments.map((bytes) => {
    const fragment = { offset, bytes };
    offset += 8 + bytes.length;
    return fragment;
  });
  return objectOf({ kind: 'encapsulated', offsetTable, fragments: placed }, syntax);
}

export function objectOf(pixelData: Part10['pixelData'], syntax: TransferSyntax): Part10 {
  return { dataSet: {}, syntax, missingMetaHeader: false, overlay: false, pixelData };
}
